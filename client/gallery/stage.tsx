/** Draws one state of a fixture: its server, its notebook, and the component inside. */
import type { ReactNode } from 'react'
import { NotebookContext } from '../src/access/context.ts'
import { selectOne } from '../src/access/selection.ts'
import { setHistoryState } from '../src/api/history-state.ts'
import { files } from '../src/files/files-store.ts'
import { markdownSettled } from '../src/markdown/load-markdown.ts'
import { accessTo } from '../src/notebook/access.ts'
import { Notebook } from '../src/notebook/notebook.ts'
import { dismissAll } from '../src/ui/notices.ts'
import type { NotebookFixture, State } from './fixture.ts'
import { FixtureServer } from './server.ts'

let lives = 0
/** One stage at a time: each has the globals of the page to itself. */
let free: Promise<void> = Promise.resolve()

export class Stage {
  readonly #state: State
  readonly #server: FixtureServer
  readonly #notebook: Notebook | null

  readonly #free: () => void

  private constructor(state: State, free: () => void) {
    this.#free = free
    this.#state = state
    this.#server = new FixtureServer(state.answers ?? {}, state.notebook ?? {})
    this.#notebook = state.notebook === undefined ? null : openNotebook(state.notebook)
  }

  /** Settles when the notebook has its cells, and the stage before has been left. */
  static async enter(state: State): Promise<Stage> {
    const before = free
    const { promise, resolve } = Promise.withResolvers<void>()
    free = promise
    await Promise.all([before, markdownSettled])
    const stage = new Stage(state, resolve)
    await stage.#synced()
    return stage
  }

  get notebook(): Notebook {
    if (this.#notebook === null) throw new Error('this state has no notebook')
    return this.#notebook
  }

  node(): ReactNode {
    const drawn = this.#state.draw(this)
    if (this.#notebook === null) return drawn
    const active = this.#state.notebook?.active ?? null
    return <NotebookContext value={accessTo(this.#notebook, active)}>{drawn}</NotebookContext>
  }

  async leave(): Promise<void> {
    await this.#notebook?.close()
    this.#server.leave()
    dismissAll()
    files.forget()
    setHistoryState({ kind: 'sound', message: null })
    this.#free()
  }

  async #synced(): Promise<void> {
    const { room = 'open', active } = this.#state.notebook ?? {}
    const notebook = this.#notebook
    if (notebook === null || room === 'away') return
    await new Promise<void>((resolve) => {
      const look = (): void => {
        const { everSynced, open, ended } = notebook.room.facts.get()
        if (ended !== null || (everSynced && (room !== 'lost' || !open))) resolve()
      }
      notebook.room.facts.subscribe(look)
      look()
    })
    if (active !== undefined) notebook.selection.set(selectOne(active))
  }
}

function openNotebook({ path = 'analysis.ipynb', writable = true }: NotebookFixture): Notebook {
  lives += 1
  const opened = {
    path,
    documentId: `gallery-${lives}`,
    epoch: 'e',
    writable,
    role: writable ? 'owner' : 'viewer',
  } as const
  return new Notebook(opened, 'ws://gallery.invalid')
}
