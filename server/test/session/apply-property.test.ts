/** Laws of a session, whatever happens in whatever order. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { apply } from '../../src/session/apply.ts'
import { type Action, initialState, type Operation, type SessionState } from '../../src/session/state.ts'
import { ada, failed, ok, op, run, started } from './given-runs.ts'

const death = { signal: null, exitCode: 1, likely: 'exit 1', stderrTail: '' }

/** An operation in the making: names are filled in when its turn comes, so that most of them mean something. */
const choice = fc.record({
  what: fc.constantFrom(
    ...([
      'run',
      'run',
      'run',
      'logged',
      'logged',
      'logged',
      'over',
      'over',
      'failed',
      'died run',
      'recorded',
    ] as const),
    ...([
      'cancel',
      'cancel all',
      'interrupt',
      'timeout',
      'ask',
      'answer',
      'start',
      'restart',
      'shutdown',
    ] as const),
    ...([
      'started',
      'started',
      'started',
      'start failed',
      'died',
      'busy',
      'stall',
      'resume',
      'resume',
    ] as const),
  ),
  /** Which of the names given so far; the latest more often than not. */
  back: fc.integer({ min: 0, max: 4 }),
  count: fc.integer({ min: 1, max: 3 }),
  stopOnError: fc.boolean(),
})
type Choice = typeof choice extends fc.Arbitrary<infer T> ? T : never

/** Plays choices and keeps the facts that the laws need. */
class Play {
  state: SessionState = initialState
  asked = 0
  sessions = 0
  readonly terminal = new Map<string, number>()
  readonly refused = new Set<string>()
  readonly executed: string[] = []

  take(choice: Choice): void {
    const operation = this.#operation(choice)
    const before = this.state
    const step = apply(before, operation)
    this.state = step.state
    for (const action of step.actions) this.#note(action, before)
    const isRefused = step.actions.some(({ type }) => type === 'refuse')
    if (isRefused && operation.type === 'RunCells')
      for (const { run: name } of operation.runs) this.refused.add(name)
    this.#check()
  }

  #note(action: Action, before: SessionState): void {
    if (action.type === 'endRun') this.#ended(action.run.run)
    if (action.type === 'dropRun') this.#ended(action.run)
    if (action.type !== 'execute') return
    const { run: name } = action.run
    expect(this.state.running?.run).toBe(name)
    expect(before.running === null || this.terminal.has(before.running.run)).toBe(true)
    expect(this.state.kernel.state).toMatch(/^(idle|busy)$/)
    expect(this.state.stalled).toBe(false)
    this.executed.push(name)
  }

  #ended(name: string): void {
    this.terminal.set(name, (this.terminal.get(name) ?? 0) + 1)
  }

  /** Each run that was taken is in exactly one place: in the queue, in the kernel, or ended once. */
  #check(): void {
    const held = [...this.state.queue.map(({ run: name }) => name)]
    if (this.state.running !== null) held.push(this.state.running.run)
    for (let n = 1; n <= this.asked; n++) {
      const name = `r${n}`
      const places = held.filter((one) => one === name).length + (this.terminal.get(name) ?? 0)
      expect(places, name).toBe(this.refused.has(name) ? 0 : 1)
    }
  }

  #session = (back: number): string => `s${Math.max(1, this.sessions - Math.max(0, back - 2))}`
  #next = (): string => `s${++this.sessions}`

  #runs({ count, stopOnError }: Choice) {
    return Array.from({ length: count }, () => run(++this.asked, { stopOnError }))
  }

  #operation(choice: Choice): Operation {
    const { what, back } = choice
    const current = this.state.running?.run ?? 'none'
    const queued = this.state.queue[back]?.run ?? `r${back}`
    const name = back < 3 ? current : queued
    switch (what) {
      case 'run':
        return { type: 'RunCells', runs: this.#runs(choice), session: this.#next() }
      case 'logged':
        return op.logged(...this.state.queue.slice(0, back + 1).map((one) => one.run))
      case 'over':
        return { type: 'RunOver', run: name, outcome: ok }
      case 'failed':
        return { type: 'RunOver', run: name, outcome: failed }
      case 'died run':
        return { type: 'RunOver', run: name, outcome: { status: 'died', death } }
      case 'recorded':
        return op.recorded(this.state.finishing[back]?.run ?? name)
      case 'cancel':
        return op.cancel(queued)
      case 'cancel all':
        return op.cancelAll
      case 'interrupt':
        return op.interrupt
      case 'timeout':
        return op.timedOut(name)
      case 'ask':
        return op.asked(name)
      case 'answer':
        return op.answered(name)
      case 'start':
        return op.start(this.#next())
      case 'restart':
        return { type: 'Restart', session: this.#next(), spec: null, runs: this.#runs(choice), actor: ada }
      case 'shutdown':
        return op.shutdown
      case 'started':
        return { type: 'KernelStarted', session: this.state.session ?? this.#session(back), kernel: started }
      case 'start failed':
        return op.startFailed(this.#session(back))
      case 'died':
        return op.died(this.#session(back))
      case 'busy':
        return op.status('busy', this.#session(back))
      case 'stall':
        return op.stalled
      case 'resume':
        return op.resumed
    }
  }
}

function play(choices: readonly Choice[]): Play {
  const played = new Play()
  for (const one of choices) played.take(one)
  return played
}

test('each run ends once, one executes at a time, none on a dead kernel', () => {
  let executed = 0
  fc.assert(
    fc.property(fc.array(choice, { maxLength: 60, size: 'max' }), (choices) => {
      const played = play(choices)
      expect(played.executed).toEqual([...new Set(played.executed)].sort((a, b) => +a.slice(1) - +b.slice(1)))
      executed += played.executed.length
    }),
    { numRuns: 500 },
  )
  expect(executed).toBeGreaterThan(100)
})

test('after a shutdown, and once all is recorded, every cell is idle', () => {
  fc.assert(
    fc.property(fc.array(choice, { maxLength: 60, size: 'max' }), (choices) => {
      const { state } = play(choices)
      const shown = new Map<string, string>()
      const over: Operation[] = [op.shutdown, ...state.finishing.map(({ run: name }) => op.recorded(name))]
      for (const [cell, as] of cellsOf(state)) shown.set(cell, as)
      let last = state
      const show = (operation: Operation) => {
        const step = apply(last, operation)
        last = step.state
        for (const action of step.actions)
          if (action.type === 'setCellState') shown.set(action.cell, action.state)
      }
      for (const operation of over) show(operation)
      for (const { run: name } of last.finishing) show(op.recorded(name))
      expect([...shown.values()].filter((as) => as !== 'idle')).toEqual([])
    }),
    { numRuns: 200 },
  )
})

function cellsOf({ queue, running, finishing }: SessionState): readonly (readonly [string, string])[] {
  return [...queue, ...finishing, ...(running === null ? [] : [running])].map(
    ({ cell }) => [cell, 'busy'] as const,
  )
}
