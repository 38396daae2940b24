/** pure. Keys to commands, as the list of commands has them (commands.ts). */
import { settings } from '../settings/settings-store.ts'
import type { CommandKey, KeyMap, Where } from './command.ts'
import { COMMANDS, type CommandName } from './commands.ts'
import { commandOf } from './perform.ts'

interface KeyBinding {
  readonly keys: string
  readonly where: Where
  readonly command: CommandName
}

const bindingsOf = (map: KeyMap): readonly KeyBinding[] =>
  COMMANDS.flatMap(({ id }) => keysOf(id, map).map(({ keys, where }) => ({ keys, where, command: id })))
const BINDINGS: Readonly<Record<KeyMap, readonly KeyBinding[]>> = {
  jupyter: bindingsOf('jupyter'),
  vscode: bindingsOf('vscode'),
  vim: bindingsOf('vim'),
}

/** The keys of a command, in the chosen key map unless another is named. */
export function keysOf(command: CommandName, map: KeyMap = settings.get().keyMap): readonly CommandKey[] {
  const { keys = [], keysIn } = commandOf(command)
  return keysIn?.[map] ?? keys
}

/** The keys of a command in words; empty if it has none. */
export function keyWords(command: CommandName, mac: boolean): string {
  return keysOf(command)
    .map((key) => (mac ? (key.mac ?? key.keys) : key.keys).replace('Mod', mac ? '⌘' : 'Ctrl'))
    .join(', ')
}

/** What of a keyboard event matters here. */
export interface Stroke {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/** The written form of a stroke. */
export function strokeName(event: Stroke, mac: boolean): string {
  const mod = mac ? event.metaKey : event.ctrlKey
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return [mod && 'Mod', event.altKey && 'Alt', event.shiftKey && 'Shift', key].filter(Boolean).join('-')
}

/** The command for a stroke after `held` (the first of two), and what is now held; `page` is outside of the cells. */
export function look(
  held: string,
  stroke: string,
  mode: 'command' | 'edit' | 'page',
): { readonly command: CommandName | null; readonly held: string } {
  const here = BINDINGS[settings.get().keyMap].filter(
    ({ where }) => where === 'page' || where === mode || (where === 'both' && mode !== 'page'),
  )
  const pair = held === '' ? undefined : here.find((binding) => binding.keys === `${held} ${stroke}`)
  const found = pair ?? here.find((binding) => binding.keys === stroke)
  if (found !== undefined) return { command: found.command, held: '' }
  return { command: null, held: here.some((binding) => binding.keys.startsWith(`${stroke} `)) ? stroke : '' }
}
