/**
 * The settings that count here: the person's, else the project's, else the defaults. The browser remembers them, so that
 * the first paint has them. Invariant: a change shows at once, also while the server is away; the server's answer is
 * what counts in the end.
 */
import {
  effectiveSettings,
  SETTING_IDS,
  type SettingId,
  type SettingScope,
  type Settings,
  SettingsState,
  type SettingValue,
} from '@yesterday/server/contract/settings.ts'
import { type Answer, api, type Problem } from '../api/api.ts'
import { type Observable, Watched } from '../state/observable.ts'
import { remember, remembered } from '../state/remembered.ts'
import { useWatched } from '../state/use-watched.ts'

const KEY = 'yesterday.settings'
/** Where the browser kept these before there were settings. */
const OLD_KEYS = {
  theme: 'yesterday.theme',
  tables: 'yesterday.tables',
  externalContent: 'yesterday.external',
} as const satisfies Partial<Record<SettingId, string>>

const effective = new Watched<Settings>(effectiveSettings(rememberedValues()))
const known = new Watched<SettingsState | null>(null)
const problem = new Watched<Problem | null>(null)

export const settings: Observable<Settings> = effective
/** What the two files say; null until the server has answered. */
export const settingsState: Observable<SettingsState | null> = known
/** Why the settings could not be read or changed; null if they could. */
export const settingsProblem: Observable<Problem | null> = problem

/** One setting, kept up to date. */
export const useSetting = <Id extends SettingId>(id: Id): Settings[Id] =>
  useWatched(settings, (all) => all[id])

/** Asks the server. Call it again when settings may have changed elsewhere. */
export async function loadSettings(): Promise<void> {
  const answer = await api.get(SettingsState, '/api/settings')
  if (!take(answer)) return
  const values: Values = known.get()?.person.values ?? {}
  for (const [id, value] of Object.entries(oldValues()))
    if (isSettingId(id) && values[id] === undefined) await changeSetting('person', id, value)
  for (const key of Object.values(OLD_KEYS)) remember(key, '')
}

/** Sets a value, or resets it with `null`. Answers whether the server took it; `settingsProblem` says why not. */
export async function changeSetting(
  scope: SettingScope,
  id: SettingId,
  value: SettingValue | null,
): Promise<boolean> {
  const { person = {}, project = {} } = layers()
  const changed = { ...(scope === 'person' ? person : project), [id]: value }
  show(scope === 'person' ? effectiveSettings(changed, project) : effectiveSettings(person, changed))
  return take(await api.send(SettingsState, `/api/settings/${scope}/${id}`, 'PUT', { value }))
}

/** Puts a file that is damaged aside. */
export async function discardSettings(scope: SettingScope): Promise<boolean> {
  return take(await api.send(SettingsState, `/api/settings/${scope}`, 'DELETE', null))
}

const layers = (): { readonly person?: Values; readonly project?: Values } => {
  const state = known.get()
  return state === null
    ? { person: effective.get() }
    : { person: state.person.values, project: state.project.values }
}
type Values = Readonly<Record<string, unknown>>

function take(answer: Answer<SettingsState>): boolean {
  problem.set(answer.ok ? null : answer.problem)
  if (!answer.ok) return false
  known.set(answer.value)
  show(effectiveSettings(answer.value.person.values, answer.value.project.values))
  return true
}

function show(next: Settings): void {
  const now = effective.get()
  if (SETTING_IDS.every((id) => now[id] === next[id])) return
  effective.set(next)
  remember(KEY, JSON.stringify(next))
}

const isSettingId = (id: string): id is SettingId => SETTING_IDS.some((one) => one === id)

function rememberedValues(): Values {
  const stored = parseObject(remembered(KEY))
  return stored ?? oldValues()
}

/** What an older version of the page remembered. */
function oldValues(): Readonly<Record<string, string>> {
  const found = Object.entries(OLD_KEYS).map(([id, key]) => [id, remembered(key) ?? ''])
  return Object.fromEntries(found.filter(([, value]) => value !== ''))
}

function parseObject(text: string | null): Values | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null')
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}

// Another page of this browser has changed them.
if (typeof addEventListener === 'function')
  addEventListener('storage', (event) => {
    if (event.key === KEY) show(effectiveSettings(rememberedValues()))
  })
