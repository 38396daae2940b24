/**
 * The notebook's variables as the kernel reports them. Invariants: the kernel is asked only while a component follows; one
 * question is on its way at a time; what did not change is not sent again.
 */
import { type Variable, VariablesAnswer } from '@yesterday/server/contract/variables.ts'
import { type Observable, Watched } from '../state/observable.ts'
import { LOST, type SessionSocket } from './session-socket.ts'

/** How often the listing is asked for while a run is on, ms. */
const DURING_RUN_MS = 2_000

export interface VariablesState {
  /**
   * `waiting`: the first answer is on its way. `waits`: this kernel answers when the run is over. `unsupported`: its
   * variables are not reported. `none`: there is no kernel.
   */
  readonly state: 'none' | 'waiting' | 'known' | 'waits' | 'unsupported' | 'offline' | 'failed'
  readonly variables: ReadonlyMap<string, Variable>
  /** Variables beyond the limit of a listing. */
  readonly left: number
  /** Why the last question failed. */
  readonly problem: string | null
}

const NOTHING: VariablesState = { state: 'waiting', variables: new Map(), left: 0, problem: null }

/** Where the panel is: at the list, or at a value. */
export type VariablesView =
  | { readonly at: 'list' }
  | { readonly at: 'value'; readonly name: string; readonly path: readonly number[] }

/** What of the session this needs. */
export type VariablesSession = Pick<SessionSocket, 'send' | 'view' | 'recorded' | 'connected'>

export class Variables {
  readonly #session: VariablesSession
  readonly #state = new Watched<VariablesState>(NOTHING)
  readonly #stops: (() => void)[] = []
  #followers = 0
  #list: string | null = null
  #revision = 0
  #isAsking = false
  #isDue = false
  #timer: ReturnType<typeof setInterval> | null = null
  /** What the panel shows. */
  readonly view = new Watched<VariablesView>({ at: 'list' })
  /** Names that stay on top, of this notebook and page. */
  readonly pinned = new Watched<ReadonlySet<string>>(new Set())

  constructor(session: VariablesSession) {
    this.#session = session
  }

  get state(): Observable<VariablesState> {
    return this.#state
  }

  /** Keeps the listing up to date until the returned function is called. */
  readonly follow = (): (() => void) => {
    if (this.#followers++ === 0) this.#begin()
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      if (--this.#followers === 0) this.#end()
    }
  }

  /** Asks now, also after a failure. */
  readonly ask = (): void => {
    this.#isDue = true
    if (!this.#isAsking) void this.#askWhileDue()
  }

  /** Puts a name on top, or takes it down. */
  readonly pin = (name: string): void => {
    const pinned = new Set(this.pinned.get())
    if (!pinned.delete(name)) pinned.add(name)
    this.pinned.set(pinned)
  }

  #begin(): void {
    const { view, recorded, connected } = this.#session
    this.#stops.push(recorded.listen(this.ask), connected.subscribe(this.ask), this.#watchKernel(view))
    this.#timer = setInterval(() => {
      if (view.get().running !== null && document.visibilityState === 'visible') this.ask()
    }, DURING_RUN_MS)
    this.ask()
  }

  #end(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    for (const stop of this.#stops.splice(0)) stop()
  }

  /** The answer depends on the state of the kernel. */
  #watchKernel(view: VariablesSession['view']): () => void {
    let known = kernelKey(view)
    return view.subscribe(() => {
      const now = kernelKey(view)
      if (now === known) return
      known = now
      this.ask()
    })
  }

  async #askWhileDue(): Promise<void> {
    this.#isAsking = true
    while (this.#isDue) {
      this.#isDue = false
      await this.#askOnce()
    }
    this.#isAsking = false
  }

  async #askOnce(): Promise<void> {
    const { kernel } = this.#session.view.get()
    if (this.#session.connected.get() && (kernel.state === 'none' || kernel.state === 'dead')) {
      this.#forget()
      this.#state.set({ ...NOTHING, state: 'none' })
      return
    }
    const answer = await this.#session.send({
      type: 'variables',
      list: this.#list,
      since: this.#revision,
    })
    if (!answer.ok) return this.#fail(answer.reason)
    const read = VariablesAnswer.safeParse(answer.content)
    if (read.success) this.#take(read.data)
    else this.#fail(read.error.message)
  }

  #take(answer: VariablesAnswer): void {
    if (answer.state !== 'known') {
      this.#state.set({ ...this.#state.get(), state: answer.state, problem: null })
      return
    }
    const { list, revision, whole, changed, removed, left } = answer.changes
    const before = this.#state.get()
    this.#list = list
    this.#revision = revision
    const isSame = !whole && changed.length === 0 && removed.length === 0
    const variables = isSame ? before.variables : new Map(whole ? [] : before.variables)
    if (!isSame && variables instanceof Map) {
      for (const name of removed) variables.delete(name)
      for (const variable of changed) variables.set(variable.name, variable)
    }
    if (isSame && before.state === 'known' && before.left === left) return
    this.#state.set({ state: 'known', variables, left, problem: null })
  }

  /** What is known stays in sight. */
  #fail(reason: string): void {
    const isOffline = reason === LOST || !this.#session.connected.get()
    this.#state.set({ ...this.#state.get(), state: isOffline ? 'offline' : 'failed', problem: reason })
  }

  #forget(): void {
    this.#list = null
    this.#revision = 0
  }
}

const kernelKey = (view: VariablesSession['view']): string => {
  const { session, kernel, running } = view.get()
  return `${session} ${kernel.state} ${running?.run ?? ''}`
}
