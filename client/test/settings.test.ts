// @vitest-environment happy-dom
/** Settings in the page: they count at once, the server has the last word, and every choice has its words. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  DEFAULTS,
  SETTING_IDS,
  type SettingsState,
  type SettingValues,
  settingInfo,
} from '@yesterday/server/contract/settings.ts'
import { beforeEach, expect, test, vi } from 'vitest'
import { look } from '../src/notebook/keys.ts'
import { changeSetting, loadSettings, settings, settingsProblem } from '../src/settings/settings-store.ts'
import { settings as en } from '../src/text/en/settings.ts'
import { zh } from '../src/text/zh/index.ts'

const stateOf = (person: SettingValues, project: SettingValues = {}): SettingsState => ({
  person: { path: 'settings.json', values: person, problems: [], damaged: null },
  project: { path: 'yesterday.json', values: project, problems: [], damaged: null },
})
let answer: unknown = stateOf({})
let isAway = false
const asked: string[] = []
vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
  asked.push(`${init?.method ?? 'GET'} ${url} ${String(init?.body ?? '')}`.trim())
  if (isAway) throw new TypeError('Failed to fetch')
  return new Response(JSON.stringify(answer))
})

beforeEach(async () => {
  isAway = false
  answer = stateOf({})
  await loadSettings()
  asked.length = 0
})

test('every setting, and each of its choices, has words in both languages', () => {
  for (const id of SETTING_IDS) {
    const info = settingInfo(id)
    const choices = info.kind === 'choice' ? info.options : []
    for (const key of [
      `settings.${id}`,
      `settings.${id}.hint`,
      ...choices.map((one) => `settings.${id}.${one}`),
    ]) {
      expect(Object.keys(en), key).toContain(key)
      expect(Object.keys(zh), key).toContain(key)
    }
  }
})

test('docs/settings.md lists every setting with its default', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/settings.md'), 'utf8')
  for (const id of SETTING_IDS) {
    const [, , initial = ''] = new RegExp(`^\\| \`${id}\` \\|([^|]*)\\|([^|]*)\\|`, 'm').exec(page) ?? []
    expect(initial.trim().replaceAll('`', ''), id).toBe(
      id === 'snippets' ? 'a handful' : String(DEFAULTS[id]),
    )
  }
})

test('a change shows at once and stays while the server is away; then the server decides', async () => {
  isAway = true
  expect(await changeSetting('person', 'codeSize', 20)).toBe(false)
  expect(settings.get().codeSize).toBe(20)
  expect(settingsProblem.get()?.status).toBe(0)
  isAway = false
  answer = stateOf({ codeSize: 18 }, { wrap: true, codeSize: 11 })
  await loadSettings()
  expect(settings.get()).toMatchObject({ codeSize: 18, wrap: true })
  expect(settingsProblem.get()).toBeNull()
})

test('what an older page remembered becomes a setting, once', async () => {
  localStorage.setItem('yesterday.theme', 'dark')
  await loadSettings()
  await loadSettings()
  expect(asked.filter((line) => line.startsWith('PUT'))).toEqual([
    'PUT /api/settings/person/theme {"value":"dark"}',
  ])
})

test('the chosen key map has keys of its own', async () => {
  expect(look('', 'Mod-Shift-p', 'command').command).toBeNull()
  answer = stateOf({ keyMap: 'vscode' })
  await loadSettings()
  expect(look('', 'Mod-Shift-p', 'command').command).toBe('palette')
  expect(look('', 'Alt-ArrowUp', 'edit').command).toBeNull()
  answer = stateOf({ keyMap: 'vim' })
  await loadSettings()
  expect(look('', 'Mod-f', 'edit').command).toBeNull()
})
