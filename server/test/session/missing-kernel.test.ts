/** A notebook of a kernel that is not here never runs in another one without a word; the answer is recorded in it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { metadataOf } from '../../contract/document.ts'
import { installCommand, namedKernel } from '../../contract/kernelspec.ts'
import type { Command } from '../../contract/session.ts'
import { perform } from '../../src/session/commands.ts'
import { start } from '../cli/program.ts'
import {
  ada,
  type House,
  isIdle,
  makeProject,
  openHouse,
  python,
  raze,
  untilView,
  whySkipped,
} from './house.ts'

const ofR = { kernelspec: { name: 'ir', display_name: 'R', language: 'R' }, language_info: { name: 'R' } }

describe('the kernel that a notebook names', () => {
  test('is read from its metadata', () => {
    expect(namedKernel(ofR)).toEqual({ name: 'ir', displayName: 'R', language: 'r' })
    expect(namedKernel({ kernelspec: { name: 'x' }, language_info: { name: 'julia' } })).toEqual({
      name: 'x',
      displayName: 'x',
      language: 'julia',
    })
    for (const none of [
      {},
      null,
      { kernelspec: {} },
      { kernelspec: { name: 7 } },
      { kernelspec: { name: '' } },
    ])
      expect(namedKernel(none)).toBeNull()
  })

  test('is offered with the command that installs it, where one is known', () => {
    const named = (name: string, language: string) => installCommand({ name, displayName: name, language })
    expect(named('ir', 'r')).toContain('IRkernel')
    expect(named('analysis', 'python')).toContain('--name analysis')
    expect(named('a; rm -rf ~', 'python')).not.toContain('rm -rf')
    expect(named('x', 'brainfuck')).toBeNull()
  })
})

describe.skipIf(python === null)(`a notebook of a missing kernel${whySkipped}`, () => {
  let house: House | null = null
  afterEach(async () => {
    if (house !== null) await raze(house)
    house = null
  })
  const project = async () => {
    const root = await makeProject({ a: '1 + 1' })
    const notebook = JSON.parse(await readFile(join(root, 'a.ipynb'), 'utf8'))
    await writeFile(join(root, 'a.ipynb'), JSON.stringify({ ...notebook, metadata: ofR }))
    return root
  }

  test('is not run in the page before a person chooses; the choice is written into it', async () => {
    house = await openHouse(await project())
    const { id, session, doc } = await house.open()
    const visit = await house.sessions.visit(id)
    if (visit === null) throw new Error('not open')
    const run: Command = { id: '1', type: 'run', cells: ['a'] }
    const commands: Command[] = [run, { id: '2', type: 'start' }, { id: '3', type: 'restart' }]
    for (const command of commands)
      expect(await perform(visit, command, ada)).toMatchObject({
        type: 'refused',
        reason: expect.stringMatching(/“R” \(ir\), which is not installed.*tested.*IRkernel/),
      })
    expect(session.view().kernel.state).toBe('none')
    expect(await perform(visit, { id: '4', type: 'start', spec: 'tested' }, ada)).toMatchObject({
      type: 'accepted',
    })
    await untilView(session, ({ kernel }) => kernel.state === 'idle')
    expect(metadataOf(doc)?.get('kernelspec')).toMatchObject({ name: 'tested' })
    expect(await perform(visit, run, ada)).toMatchObject({ type: 'accepted' })
    await untilView(session, isIdle)
    visit.leave()
  })

  test('is refused by "run", which says what there is and how to install it, and runs in the one that is named', async () => {
    const root = await project()
    const say = (...words: string[]) => start({ cwd: root, env: { YESTERDAY_PYTHON: python ?? '' } }, words)
    const refused = await say('run', 'a.ipynb', '--json')
    expect(refused.code).toBe(1)
    expect(JSON.parse(refused.out)).toMatchObject({
      error: { code: 'missing-kernel', message: expect.stringContaining('“R” (ir)') },
    })
    const inWords = await say('run', 'a.ipynb')
    expect(inWords.err).toMatch(/python3.*IRkernel.*--kernel NAME/)
    expect((await say('log', '--json')).out).toBe('')
    expect((await say('run', 'a.ipynb', '--kernel', 'python3')).code).toBe(0)
    house = await openHouse(root)
  })
})
