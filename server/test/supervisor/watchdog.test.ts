/** A process whose event loop is stuck, and its watchdog. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepFault } from '../../src/watchdog/fault-log.ts'
import { watchdogSeconds } from '../../src/watchdog/watchdog.ts'

const watchdog = JSON.stringify(join(import.meta.dirname, '../../src/watchdog/watchdog.ts'))

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yesterday-watchdog-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const runWatched = (script: string, seconds = 1) => {
  const source = `
    import { startWatchdog } from ${watchdog}
    const stop = startWatchdog(${JSON.stringify(folder)}, ${seconds})
    ${script}`
  return spawnSync(process.execPath, ['--input-type=module', '--eval', source], { encoding: 'utf8' })
}

test.each([
  ['microtasks', 'async function spinForEver() { for (;;) await null }'],
  ['a loop', 'function spinForEver() { for (;;) {} }'],
])('stuck in %s: it says where, keeps it, and is killed', async (_, code) => {
  const { signal, stderr } = runWatched(`${code}\nsetTimeout(spinForEver, 100)`)
  expect(signal).toBe('SIGKILL')
  const fault = JSON.parse(stderr)
  expect(fault.error).toContain('stuck for 1 s')
  expect(fault.error).toContain('at spinForEver (')
  const kept = join(folder, 'faults.log')
  expect(await readFile(kept, 'utf8')).toBe(stderr)
  expect((await stat(kept)).mode & 0o777).toBe(0o600)
})

test('a process that has turns, however busy, is left alone, and ends when it has nothing to do', () => {
  const busy = `
    let turns = 0
    const turn = () => {
      const end = performance.now() + 100
      while (performance.now() < end);
      if (++turns < 45) setTimeout(turn, 1)
    }
    turn()`
  expect(runWatched(busy, 3)).toMatchObject({ signal: null, status: 0, stderr: '' })
})

test('the limit comes from the environment', () => {
  expect(watchdogSeconds({})).toBe(30)
  expect(watchdogSeconds({ YESTERDAY_WATCHDOG_SECONDS: '5' })).toBe(5)
  expect(watchdogSeconds({ YESTERDAY_WATCHDOG_SECONDS: '0' })).toBeNull()
})

test('what is kept does not grow without end', async () => {
  const line = 'x'.repeat(100_000)
  for (let n = 0; n < 30; n++) keepFault(folder, line)
  expect((await stat(join(folder, 'faults.log'))).size).toBeLessThan(1_300_000)
  expect((await stat(join(folder, 'faults.log.old'))).size).toBeLessThan(1_300_000)
})
