/** A notebook of a few cells for tests of commands. */
import { type Mock, vi } from 'vitest'
import type { FixtureCell, NotebookFixture } from '../gallery/fixture.ts'
import type { CommandName } from '../src/notebook/commands.ts'
import type { Notebook } from '../src/notebook/notebook.ts'
import { perform } from '../src/notebook/perform.ts'
import type { Staged } from './staged.tsx'

/** What only the page can show. */
export const dialogs: Readonly<Record<'palette' | 'shortcuts' | 'confirmRestart', Mock>> = {
  palette: vi.fn(),
  shortcuts: vi.fn(),
  confirmRestart: vi.fn(),
}

/** `#` is a heading, the rest is code. */
const cellsOfWords = (words: string): readonly FixtureCell[] =>
  words.split(' ').map((word) => ({
    id: word.replace('#', ''),
    source: word.replace('#', '# '),
    type: word.startsWith('#') ? 'markdown' : 'code',
  }))

/** Opens cells as `#h a b`: a heading and two code cells, of which each has its name as its source. */
export async function openWords({ open }: Staged, words: string, over: Partial<NotebookFixture> = {}) {
  const { notebook } = await open({ cells: cellsOfWords(words), ...over })
  const ids = (): string => notebook.order.get().map(nameIn(words)).join(' ')
  const select = (anchor: string, active = anchor, mode: 'command' | 'edit' = 'command'): void =>
    notebook.selection.set({ anchor, active, mode })
  const act = (...commands: CommandName[]): void => {
    for (const command of commands) perform(command, notebook, dialogs)
  }
  return { notebook, ids, select, act, active: () => notebook.selection.get().active }
}

/** Cells that are new have random ids: they are `*`. */
export const nameIn =
  (words: string) =>
  (id: string): string =>
    words.replaceAll('#', '').split(' ').includes(id) ? id : '*'
export const texts = (notebook: Notebook): readonly string[] =>
  notebook.order.get().map((id) => notebook.sourceOf(id))
export const types = (notebook: Notebook): string =>
  notebook.order.get().map(notebook.typeOf.bind(notebook)).join(' ')
export const fold = (notebook: Notebook, id: string): void => notebook.folds.foldHeading(id, true)
