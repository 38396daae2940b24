/** Files of settings: validated, written key by key, and never written over where they cannot be read. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DEFAULTS, effectiveSettings, SETTING_IDS, SETTINGS } from '../../contract/settings.ts'
import { SettingsError, SettingsFile } from '../../src/user/settings.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yesterday-settings-'))
  path = join(folder, 'settings.json')
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 5 }))

test('every default is a value of its setting', () => {
  for (const id of SETTING_IDS) expect(SETTINGS[id].safeParse(DEFAULTS[id]).success, id).toBe(true)
})

test('a person counts before the project, and what is not valid is passed over', () => {
  const settings = effectiveSettings({ codeSize: 99, wrap: true }, { codeSize: 16, lineNumbers: true })
  expect(settings).toEqual({ ...DEFAULTS, codeSize: 16, wrap: true, lineNumbers: true })
})

test('one key is written; unknown ones stay', async () => {
  writeFileSync(path, '{ "theme": "dark", "of a newer version": [1] }')
  const file = new SettingsFile(path, 'person')
  await file.set('codeSize', 18)
  await file.set('theme', null)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ 'of a newer version': [1], codeSize: 18 })
  expect(await file.read()).toEqual({ path, values: { codeSize: 18 }, problems: [], damaged: null })
})

test('changes at the same time all count, in a file for its owner alone', async () => {
  const file = new SettingsFile(path, 'person')
  await Promise.all([file.set('codeSize', 12), file.set('wrap', true), file.set('theme', 'dark')])
  expect((await file.read()).values).toEqual({ codeSize: 12, wrap: true, theme: 'dark' })
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['settings.json'])
})

test('bad values are named, and the others count', async () => {
  writeFileSync(path, '{ "codeSize": 400, "wrap": "yes", "lineNumbers": true, "codeFont": "a;} body{" }')
  const { values, problems } = await new SettingsFile(path, 'person').read()
  expect(values).toEqual({ lineNumbers: true })
  expect(problems.map(({ id, value }) => [id, value])).toEqual([
    ['codeFont', '"a;} body{"'],
    ['codeSize', '400'],
    ['wrap', '"yes"'],
  ])
})

test('a setting of a person cannot be set for a project', async () => {
  const file = new SettingsFile(path, 'project')
  await expect(file.set('keyMap', 'vim')).rejects.toThrow(SettingsError)
  writeFileSync(path, '{ "keyMap": "vim" }')
  expect((await file.read()).problems).toMatchObject([{ id: 'keyMap' }])
})

test.each([
  ['no JSON', '{ theme'],
  ['a list', '[]'],
  ['too large', `{ "x": "${'y'.repeat(300_000)}" }`],
])('a file that is %s is reported, kept, and put aside on request', async (_, text) => {
  writeFileSync(path, text)
  const file = new SettingsFile(path, 'person')
  expect((await file.read()).damaged).toContain(path)
  await expect(file.set('wrap', true)).rejects.toThrow(/Could not read/)
  expect(readFileSync(path, 'utf8')).toBe(text)
  await file.discard()
  expect((await file.read()).damaged).toBeNull()
  expect(readdirSync(folder)).toHaveLength(1)
})

test('a link is not replaced', async () => {
  const target = join(folder, 'elsewhere.json')
  writeFileSync(target, '{}')
  symlinkSync(target, path)
  await expect(new SettingsFile(path, 'project').set('wrap', true)).rejects.toThrow(/it is a link/)
})

test('a change by another program is noticed', async () => {
  const changed = vi.fn()
  const stop = new SettingsFile(path, 'person').watch(changed)
  try {
    await vi.waitFor(() => {
      writeFileSync(path, JSON.stringify({ codeSize: 10 + Math.floor(Math.random() * 10) }))
      expect(changed).toHaveBeenCalled()
    })
  } finally {
    stop()
  }
})

test('snippets of the person, the project and the built-in ones count together; an empty one takes one away', () => {
  const { snippets } = effectiveSettings(
    { snippets: { mine: 'x = 1', both: 'of me', train: '' } },
    { snippets: { ours: 'y = 1', both: 'of us' } },
  )
  expect(snippets).toMatchObject({ mine: 'x = 1', ours: 'y = 1', both: 'of me' })
  expect(Object.keys(snippets)).toContain('imports')
  expect(Object.keys(snippets)).not.toContain('train')
})

test.each([
  [{ 'a b': 'x' }],
  [{ '1a': 'x' }],
  [{ ['a'.repeat(41)]: 'x' }],
  [{ a: 'x'.repeat(4001) }],
  [{ a: 1 }],
  [[]],
  ['x'],
  [Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`a${n}`, 'x']))],
])('%j are no snippets', (value) => {
  expect(SETTINGS.snippets.safeParse(value).success).toBe(false)
  expect(effectiveSettings({ snippets: value }).snippets).toEqual(DEFAULTS.snippets)
})
