/** What a command is. Toolbar, menus, palette, keys and the list of shortcuts read them from one list (commands.ts). */
import { mayActAs } from '@yesterday/server/contract/route.ts'
import type { Settings } from '@yesterday/server/contract/settings.ts'
import type { PlainKey } from '../text/text.ts'
import type { Notebook } from './notebook.ts'

/** What only the page can show. */
export interface Dialogs {
  readonly palette: () => void
  readonly shortcuts: () => void
  readonly confirmRestart: (restart: () => void) => void
}

/**
 * Where a key acts: on the cells, in an editor, on both, or on the whole page outside of dialogs. `editor` keys are the
 * editor's own (editor-keys.ts).
 */
export type Where = 'command' | 'edit' | 'both' | 'page' | 'editor'

/** Whose keys the page has. */
export type KeyMap = Settings['keyMap']

/** A key, written `Mod-Shift-c`: `Mod` is Cmd on a Mac and Ctrl elsewhere. `d d` is two strokes, one after the other. */
export interface CommandKey {
  readonly keys: string
  readonly where: Where
  /** The key on a Mac, if it differs. */
  readonly mac?: string
}

export interface Command {
  readonly id: string
  readonly label: PlainKey
  /** Words of its button, if the label is too long for one. */
  readonly button?: PlainKey
  readonly keys?: readonly CommandKey[]
  /** Its keys in another key map, where they differ. */
  readonly keysIn?: { readonly [Map in KeyMap]?: readonly CommandKey[] }
  /** Whether the command is possible; always if it is absent. */
  readonly when?: (notebook: Notebook) => boolean
  readonly run: (notebook: Notebook, dialogs: Dialogs) => void
  /** The cells that it runs, for what their runs are expected to take. */
  readonly cells?: (notebook: Notebook) => readonly string[]
}

/** Whether cells may be changed. */
export const isWritable = ({ opened }: Pick<Notebook, 'opened'>): boolean => opened.writable

/** Whether this person may change cells, where the file allows it. */
export const mayEdit = ({ opened }: Pick<Notebook, 'opened'>): boolean => mayActAs(opened.role, 'editor')

/** Whether this person may make code run, and use the kernel. */
export const mayRun = ({ opened }: Pick<Notebook, 'opened'>): boolean => mayActAs(opened.role, 'runner')

/** Whether this person manages the project. */
export const isOwner = ({ opened }: Pick<Notebook, 'opened'>): boolean => mayActAs(opened.role, 'owner')

const keysIn =
  (where: Where) =>
  (...keys: readonly string[]): readonly CommandKey[] =>
    keys.map((one) => ({ keys: one, where }))

/** Keys on cells and in editors. */
export const keys = keysIn('both')
/** Keys wherever the focus is, in panels and on buttons too. */
export const pageKeys = keysIn('page')
/** Keys on cells. */
export const cellKeys = keysIn('command')
/** Keys in editors. */
export const editKeys = keysIn('edit')
