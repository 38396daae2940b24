/**
 * Every setting, once: what it may be, its default, and where it can be set. A new setting is an entry here and its words
 * in the text tables. A person's value counts before the project's, and that before the default.
 */
import { z } from 'zod'
import { plain } from './route.ts'
import { BUILT_IN, mergedSnippets, Snippets } from './snippets.ts'

export const SettingScope = z.enum(['person', 'project'])
export type SettingScope = z.infer<typeof SettingScope>

/** How a setting is shown, and where it can be set. */
export type SettingInfo = { readonly scopes: readonly SettingScope[] } & (
  | { readonly kind: 'choice'; readonly options: readonly string[] }
  | { readonly kind: 'switch' | 'text' | 'snippets' }
  | { readonly kind: 'number'; readonly least: number; readonly most: number }
)
const infos = z.registry<SettingInfo>()

const everywhere = ['person', 'project'] as const
const ofPerson = ['person'] as const

const choice = <const Options extends readonly [string, ...string[]]>(
  options: Options,
  scopes: readonly SettingScope[],
) => z.enum(options).register(infos, { kind: 'choice', options, scopes })
const onOff = (scopes: readonly SettingScope[]) => z.boolean().register(infos, { kind: 'switch', scopes })
const whole = (least: number, most: number, scopes: readonly SettingScope[]) =>
  z.int().min(least).max(most).register(infos, { kind: 'number', least, most, scopes })
/** Names of fonts, as CSS lists them: nothing that could end a declaration. */
const fontNames = z
  .string()
  .max(200)
  .regex(/^[\p{L}\p{N} ,"'_.-]*$/u, 'Write names of fonts, with commas between them.')
  .register(infos, { kind: 'text', scopes: ofPerson })

export const SETTINGS = {
  theme: choice(['system', 'light', 'dark', 'contrastLight', 'contrastDark'], ofPerson),
  language: choice(['auto', 'en', 'zh'], ofPerson),
  readingWidth: choice(['narrow', 'medium', 'wide', 'full'], everywhere),
  codeFont: fontNames,
  codeSize: whole(10, 28, ofPerson),
  lineNumbers: onOff(everywhere),
  wrap: onOff(everywhere),
  keyMap: choice(['jupyter', 'vscode', 'vim'], ofPerson),
  tabMovesFocus: onOff(ofPerson),
  lint: onOff(everywhere),
  predictions: onOff(ofPerson),
  notifications: onOff(ofPerson),
  tables: choice(['html', 'grid'], everywhere),
  externalContent: choice(['ask', 'never'], everywhere),
  snippets: Snippets.register(infos, { kind: 'snippets', scopes: everywhere }),
} as const

/** A value for each setting. */
export type Settings = { readonly [Id in keyof typeof SETTINGS]: z.infer<(typeof SETTINGS)[Id]> }
export type SettingId = keyof Settings

export const DEFAULTS: Settings = {
  theme: 'system',
  language: 'auto',
  readingWidth: 'medium',
  codeFont: '',
  codeSize: 14,
  lineNumbers: false,
  wrap: false,
  keyMap: 'jupyter',
  tabMovesFocus: false,
  lint: true,
  predictions: true,
  notifications: false,
  tables: 'grid',
  externalContent: 'ask',
  snippets: BUILT_IN,
}

const isSettingId = (id: string): id is SettingId => Object.hasOwn(SETTINGS, id)
export const SETTING_IDS: readonly SettingId[] = Object.keys(SETTINGS).filter(isSettingId)

export function settingInfo(id: SettingId): SettingInfo {
  const info = infos.get(SETTINGS[id])
  if (info === undefined) throw new Error(`no setting ${id}`)
  return info
}

export const SettingValue = z.union([z.string().max(1000), z.number(), z.boolean(), Snippets])
export type SettingValue = z.infer<typeof SettingValue>
export type SettingValues = Readonly<Record<string, SettingValue>>

/** A value in the file that does not count, and why. */
export const SettingProblem = z.object({ id: z.string(), value: z.string(), why: z.string() })
export type SettingProblem = z.infer<typeof SettingProblem>

/** What one file says. `damaged`: why it could not be read; then nothing of it counts. */
export const ScopedSettings = z.object({
  path: z.string(),
  values: z.record(z.string(), SettingValue),
  problems: z.array(SettingProblem),
  damaged: z.string().nullable(),
})
export type ScopedSettings = z.infer<typeof ScopedSettings>

export const SettingsState = z.object({ person: ScopedSettings, project: ScopedSettings })
export type SettingsState = z.infer<typeof SettingsState>

/** Why a value is none that the setting can have there; null if it is one. */
export function whyNotSetting(scope: SettingScope, id: SettingId, value: unknown): string | null {
  if (!settingInfo(id).scopes.includes(scope)) return 'It is set for a person, not for a project.'
  const parsed = SETTINGS[id].safeParse(value)
  return parsed.success ? null : parsed.error.issues.map((issue) => issue.message).join(' ')
}

const Values = z.object(SETTINGS)

/** The values that count: of the first layer that has a valid one, else the default. Snippets of all layers count. */
export function effectiveSettings(...layers: readonly Readonly<Record<string, unknown>>[]): Settings {
  const valid = (id: SettingId): readonly unknown[] =>
    layers.map((layer) => layer[id]).filter((value) => SETTINGS[id].safeParse(value).success)
  const counting = (id: SettingId): unknown =>
    settingInfo(id).kind === 'snippets'
      ? mergedSnippets([...valid(id).map((one) => Snippets.parse(one)), BUILT_IN])
      : (valid(id)[0] ?? DEFAULTS[id])
  return Values.parse(Object.fromEntries(SETTING_IDS.map((id) => [id, counting(id)])))
}

const Which = z.object({
  id: z.string().max(100).refine(isSettingId, 'There is no such setting.'),
})
/** `null` takes the setting out of the file. */
const Change = z.object({ value: SettingValue.nullable() })

export const settingsApi = {
  settings: {
    ...plain,
    method: 'get',
    path: '/api/settings',
    summary: "Returns the caller's settings and those of the project, with what is wrong in their files.",
    role: 'viewer',
    answer: SettingsState,
  },
  changeMySetting: {
    ...plain,
    method: 'put',
    path: '/api/settings/person/:id',
    summary: "Sets or resets one of the caller's settings. Keys that are not known stay in the file.",
    role: 'viewer',
    params: Which,
    body: Change,
    answer: SettingsState,
  },
  changeProjectSetting: {
    ...plain,
    method: 'put',
    path: '/api/settings/project/:id',
    summary: 'Sets or resets a setting of the project, in `yesterday.json` of its folder.',
    role: 'editor',
    params: Which,
    body: Change,
    answer: SettingsState,
  },
  discardMySettings: {
    ...plain,
    method: 'delete',
    path: '/api/settings/person',
    summary: "Puts the file of the caller's settings aside and begins with the defaults.",
    role: 'viewer',
    reads: 'nothing',
    answer: SettingsState,
  },
  discardProjectSettings: {
    ...plain,
    method: 'delete',
    path: '/api/settings/project',
    summary: 'Puts `yesterday.json` aside and begins with the defaults.',
    role: 'editor',
    reads: 'nothing',
    answer: SettingsState,
  },
} as const
