/** Files of state that are damaged: each is kept under another name, and what is written next is a file of its own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { NotifyConfig } from '../../src/notify/config.ts'
import { Notifier } from '../../src/notify/notifier.ts'
import { NOTHING_CHOSEN, SettingsStore } from '../../src/notify/settings-store.ts'
import { People } from '../../src/people/people.ts'
import { ProgramTokens } from '../../src/people/program-tokens.ts'

const DAMAGED = '{"ada": {"email": "ada@exam'
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yesterday-state-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const notifier = (): Notifier =>
  new Notifier({
    config: NotifyConfig.parse({}),
    folder,
    project: 'weather',
    newId: () => 'id',
    mayRead: () => true,
    isHere: () => true,
  })

test.each<[string, string, () => void]>([
  ['notify.json', '"email"', () => new SettingsStore(folder).set('bob', NOTHING_CHOSEN)],
  ['notify-waiting.json', 'ada@exam', () => notifier()],
  ['tokens.json', 'ada@exam', () => new ProgramTokens(folder).issue('lab')],
  ['people.json', 'ada@exam', () => new People(folder).admit('Bob')],
])('%s', (name, text, write) => {
  writeFileSync(join(folder, name), DAMAGED)
  write()
  const kept = readdirSync(folder).filter((one) => one.startsWith(`${name}.damaged-`))
  expect(kept).toHaveLength(1)
  expect(readFileSync(join(folder, kept[0] ?? ''), 'utf8')).toContain(text)
  write()
  expect(readdirSync(folder).filter((one) => one.includes('.damaged-'))).toEqual(kept)
})

test('who had chosen notifications is asked to choose again', () => {
  writeFileSync(join(folder, 'notify.json'), DAMAGED)
  const opened = notifier()
  expect(opened.stateOf('ada').lost).toMatch(/^notify\.json\.damaged-/)
  expect(opened.choose('ada', NOTHING_CHOSEN).lost).toBeNull()
  expect(opened.stateOf('bob').lost).not.toBeNull()
  expect(notifier().stateOf('bob').lost).toBeNull()
})
