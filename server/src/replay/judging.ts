/** The verdicts of a replay's steps, as they come and at its end. */
import type { JobProgress, StepVerdict } from '../../contract/replay.ts'
import type { OutputEntry, Receipt } from '../../contract/run.ts'
import type { Store } from '../store/ports.ts'
import type { PreparedStep } from './plan.ts'
import type { ReadyReplay } from './ready-replay.ts'
import { objectBytes } from './stored-bytes.ts'
import { judgeStep, type ShownOutput } from './verdict.ts'
import type { ReplayWorld } from './world.ts'

export class Verdicts {
  readonly #world: ReplayWorld
  readonly #ready: ReadyReplay
  readonly #found = new Map<string, StepVerdict>()
  /** All recorded runs that are repeated. */
  readonly #repeated: ReadonlySet<string>

  constructor(world: ReplayWorld, ready: ReadyReplay) {
    this.#world = world
    this.#ready = ready
    const done = ready.steps.filter(({ step }) => step.action !== 'cannot')
    this.#repeated = new Set(done.map(({ receipt }) => receipt.run))
  }

  /** `now`: the title of the step that runs. */
  progress(steps: readonly PreparedStep[], now: string | null): JobProgress {
    const verdicts = [...this.#found.values()].map(({ cell, verdict }) => ({ cell, verdict }))
    return { done: verdicts.length, total: steps.length, now, verdicts }
  }

  async judge(was: Receipt, is: Receipt): Promise<void> {
    this.#found.set(was.run, await verdictOf(this.#world, was, is, this.#repeated))
  }

  /** With the digests that came behind the runs. */
  async judgeAgain(steps: readonly PreparedStep[], receipts: readonly (Receipt | null)[]): Promise<void> {
    for (const [place, { receipt: was }] of steps.entries()) {
      const is = receipts[place] ?? null
      if (is !== null) await this.judge(was, is)
    }
  }

  /** Of every step that was not taken over as it is; `unseen`: why one was not run. */
  all(unseen: string): readonly StepVerdict[] {
    const repeated = this.#repeated
    return this.#ready.steps.flatMap(({ step, receipt }): StepVerdict[] => {
      if (step.action === 'reuse') return []
      const verdict = this.#found.get(receipt.run)
      if (verdict !== undefined) return [verdict]
      const why = step.why ?? unseen
      return [judgeStep({ was: receipt, is: null, outputsWere: [], outputsAre: [], repeated, why })]
    })
  }
}

/** The verdict of one recorded run beside its repetition; `repeated`: all recorded runs that are. */
export async function verdictOf(
  { store }: ReplayWorld,
  was: Receipt,
  is: Receipt,
  repeated: ReadonlySet<string>,
): Promise<StepVerdict> {
  const [outputsWere, outputsAre] = await Promise.all([shown(store, was.outputs), shown(store, is.outputs)])
  return judgeStep({ was, is, outputsWere, outputsAre, repeated, why: null })
}

const shown = ({ objects }: Store, outputs: readonly OutputEntry[]): Promise<ShownOutput[]> =>
  Promise.all(
    outputs.map(async (output) => ({ ...output, bytes: await objectBytes(objects, output.digest) })),
  )

/** Files whose content differs from the copy that the replay was given: it read the original. */
export function strayFiles(
  steps: readonly PreparedStep[],
  receipts: readonly (Receipt | null)[],
): readonly string[] {
  return steps.flatMap(({ given }, place) => {
    const seen = new Map(
      (receipts[place]?.used ?? []).map(({ kind, name, digest }) => [`${kind} ${name}`, digest]),
    )
    return given.flatMap(({ pin, edge, members }) => {
      if (members !== undefined) return []
      const digest = seen.get(`${edge.kind} ${edge.name}`)
      const strays = pin.from !== 'made' && digest && pin.digest !== null && digest !== pin.digest
      return strays ? [`${pin.name} was read as it is now, not as it was`] : []
    })
  })
}
