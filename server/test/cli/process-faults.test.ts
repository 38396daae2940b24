/** Faults that no part of the program takes, in a process of their own. */
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const faults = JSON.stringify(join(import.meta.dirname, '../../src/cli/process-faults.ts'))
const log = JSON.stringify(join(import.meta.dirname, '../../../kernel-bridge/src/log.ts'))

function runScript(script: string) {
  const source = `
    import { endOnThrown, reportRejections } from ${faults}
    import { atPlace } from ${log}
    reportRejections()
    endOnThrown(${JSON.stringify(tmpdir())})
    ${script}`
  return spawnSync(process.execPath, ['--input-type=module', '--eval', source], { encoding: 'utf8' })
}

test('a rejection is reported with the ids of what it was about, and the process goes on', () => {
  const { status, stdout, stderr } = runScript(`
    atPlace({ notebook: 'a.ipynb', session: 's1', run: 'r1' }, () => Promise.reject(new Error('lost')))
    setTimeout(() => console.log('still here'), 20)`)
  expect(stdout).toBe('still here\n')
  expect(JSON.parse(stderr)).toMatchObject({
    err: { message: 'lost' },
    notebook: 'a.ipynb',
    session: 's1',
    run: 'r1',
  })
  expect(status).toBe(1)
})

test('a connection that ends is reported, and the process goes on', () => {
  const { status, stdout, stderr } = runScript(`
    setTimeout(() => { throw Object.assign(new Error('gone'), { code: 'ECONNRESET' }) }, 0)
    setTimeout(() => console.log('still here'), 50)`)
  expect(stdout).toBe('still here\n')
  expect(stderr).toContain('gone')
  expect(status).toBe(0)
})

test('any other error ends the process with a code of its own', () => {
  const { status, stdout, stderr } = runScript(`
    setTimeout(() => { throw new Error('broken') }, 0)
    setTimeout(() => console.log('still here'), 1000)`)
  expect(stdout).toBe('')
  expect(stderr).toContain('broken')
  expect(status).toBe(70)
})
