/**
 * What ruff finds in the code, as marks in the editors: asked for when a person has stopped typing. Invariant: marks of a
 * cell that changed meanwhile are not shown.
 */
import { type CodeCell, Linted, type LintMark } from '@yesterday/server/contract/code-tools.ts'
import type { editor } from 'monaco-editor/editor'
import { api } from '../api/api.ts'
import { settings } from '../settings/settings-store.ts'
import { Watched } from '../state/observable.ts'
import { codeCells } from './code-cells.ts'
import { mayEdit } from './command.ts'
import type { Notebook } from './notebook.ts'

/** Since the last edit. */
const QUIET_MS = 700
/** Where there is no ruff, it is asked for again after so long, or when the kernel is another. */
const AGAIN_MS = 5 * 60_000
const OWNER = 'ruff'

type Marks = ReadonlyMap<string, readonly LintMark[]>

export class Linter {
  readonly marks = new Watched<Marks>(new Map())
  readonly #notebook: Notebook
  readonly #stops: readonly (() => void)[]
  #timer: ReturnType<typeof setTimeout> | undefined
  #missingSince = Number.NEGATIVE_INFINITY
  #round = 0

  constructor(notebook: Notebook) {
    this.#notebook = notebook
    const later = (): void => this.#later()
    notebook.doc.on('update', later)
    this.#stops = [
      () => notebook.doc.off('update', later),
      settings.subscribe(later),
      notebook.session.view.subscribe(() => this.#followKernel()),
    ]
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#round += 1
    for (const stop of this.#stops) stop()
  }

  #later(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#look(), QUIET_MS)
  }

  #spec: string | null = null
  /** Another kernel may bring its own ruff. */
  #followKernel(): void {
    const { state, spec } = this.#notebook.session.view.get().kernel
    const running = state === 'idle' || state === 'busy' ? spec : null
    if (running === this.#spec) return
    this.#spec = running
    this.#missingSince = Number.NEGATIVE_INFINITY
    this.#later()
  }

  async #look(): Promise<void> {
    const round = ++this.#round
    const { opened } = this.#notebook
    if (!settings.get().lint || !mayEdit(this.#notebook)) return this.marks.set(new Map())
    const cells = codeCells(this.#notebook)
    if (cells.length === 0 || performance.now() - this.#missingSince < AGAIN_MS) return
    const answer = await api.send(
      Linted,
      `/api/notebooks/${encodeURIComponent(opened.documentId)}/lint`,
      'POST',
      { cells },
    )
    // What was typed meanwhile is looked at again.
    if (round !== this.#round || !answer.ok) return
    if (answer.value.tool === null) this.#missingSince = performance.now()
    this.marks.set(this.#stillTrue(cells, answer.value.marks))
  }

  #stillTrue(cells: readonly CodeCell[], marks: readonly LintMark[]): Marks {
    const same = cells.filter(({ id, source }) => this.#notebook.sourceOf(id) === source)
    return new Map(same.map(({ id }) => [id, marks.filter(({ cell }) => cell === id)]))
  }
}

/** Shows a cell's marks in its live editor; answers the way to stop. */
export function showMarks(
  linter: Linter,
  instance: editor.IStandaloneCodeEditor,
  monaco: typeof import('monaco-editor/editor'),
  cell: string,
): () => void {
  const draw = (): void => {
    const model = instance.getModel()
    if (model === null) return
    const marks = linter.marks.get().get(cell) ?? []
    monaco.editor.setModelMarkers(
      model,
      OWNER,
      marks.map(({ code, message, row, column, endRow, endColumn, isError }) => ({
        severity: isError ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
        message: code === null ? message : `${message} (${code})`,
        startLineNumber: row,
        startColumn: column,
        endLineNumber: endRow,
        endColumn,
      })),
    )
  }
  draw()
  return linter.marks.subscribe(draw)
}
