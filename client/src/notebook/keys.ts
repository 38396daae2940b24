/**
 * pure. Keys to commands. A stroke is written `Mod-Shift-c`: `Mod` is Cmd on a Mac and Ctrl elsewhere. Two strokes
 * with a space between are pressed one after the other.
 */

/** Every command that a key or the palette can give. */
export const commands = [
  'run',
  'runStay',
  'runInsert',
  'edit',
  'command',
  'insertAbove',
  'insertBelow',
  'delete',
  'undo',
  'redo',
  'undoCells',
  'redoCells',
  'cut',
  'copy',
  'paste',
  'merge',
  'split',
  'moveUp',
  'moveDown',
  'code',
  'markdown',
  'raw',
  'heading1',
  'heading2',
  'heading3',
  'heading4',
  'heading5',
  'heading6',
  'foldHeading',
  'openHeading',
  'toggleSource',
  'toggleOutputs',
  'find',
  'replace',
  'previous',
  'next',
  'extendUp',
  'extendDown',
  'selectAll',
  'interrupt',
  'restart',
  'restartRunAll',
  'runAll',
  'runAbove',
  'runBelow',
  'runStale',
  'palette',
  'shortcuts',
  'clear',
  'clearAll',
  'save',
  'notifications',
] as const
/** One of them. */
export type CommandName = (typeof commands)[number]

/** Where a key acts. */
export type Where = 'command' | 'edit' | 'both'
/** One line of the table of keys. */
export interface KeyBinding {
  readonly keys: string
  readonly where: Where
  readonly command: CommandName
}

const table = (where: Where, lines: Readonly<Record<string, CommandName>>): readonly KeyBinding[] =>
  Object.entries(lines).map(([keys, command]) => ({ keys, where, command }))

/** All keys. */
export const bindings: readonly KeyBinding[] = [
  ...table('both', {
    'Shift-Enter': 'run',
    'Mod-Enter': 'runStay',
    'Alt-Enter': 'runInsert',
    'Mod-Shift-c': 'palette',
    'Mod-Shift-ArrowUp': 'moveUp',
    'Mod-Shift-ArrowDown': 'moveDown',
    'Mod-z': 'undo',
    'Mod-Shift-z': 'redo',
    'Mod-y': 'redo',
    'Mod-s': 'save',
    'Mod-f': 'find',
    'Mod-Shift-h': 'replace',
  }),
  ...table('edit', { 'Mod-Shift--': 'split', 'Mod-Shift-_': 'split' }),
  ...table('command', {
    Enter: 'edit',
    a: 'insertAbove',
    b: 'insertBelow',
    'd d': 'delete',
    z: 'undoCells',
    'Shift-z': 'redoCells',
    x: 'cut',
    c: 'copy',
    v: 'paste',
    'Shift-m': 'merge',
    m: 'markdown',
    y: 'code',
    r: 'raw',
    1: 'heading1',
    2: 'heading2',
    3: 'heading3',
    4: 'heading4',
    5: 'heading5',
    6: 'heading6',
    ArrowLeft: 'foldHeading',
    ArrowRight: 'openHeading',
    o: 'toggleOutputs',
    'Shift-o': 'toggleSource',
    f: 'find',
    j: 'next',
    k: 'previous',
    ArrowDown: 'next',
    ArrowUp: 'previous',
    'Shift-j': 'extendDown',
    'Shift-k': 'extendUp',
    'Shift-ArrowDown': 'extendDown',
    'Shift-ArrowUp': 'extendUp',
    'Mod-a': 'selectAll',
    'Shift-r': 'runStale',
    'i i': 'interrupt',
    '0 0': 'restart',
    h: 'shortcuts',
  }),
]

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

/** The command for a stroke after `held` (the first of two), and what is now held. */
export function look(
  held: string,
  stroke: string,
  mode: 'command' | 'edit',
): { readonly command: CommandName | null; readonly held: string } {
  const here = bindings.filter((binding) => binding.where === 'both' || binding.where === mode)
  const pair = held === '' ? undefined : here.find((binding) => binding.keys === `${held} ${stroke}`)
  const found = pair ?? here.find((binding) => binding.keys === stroke)
  if (found !== undefined) return { command: found.command, held: '' }
  return { command: null, held: here.some((binding) => binding.keys.startsWith(`${stroke} `)) ? stroke : '' }
}
