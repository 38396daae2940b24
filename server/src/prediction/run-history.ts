/**
 * The runs that predictions learn from, kept in memory and followed as the log grows. Invariant: it holds what the newest
 * runs of the log say, in their order; what is forgotten is the oldest. Read in small parts, so that a long history does not
 * stop the event loop.
 */
import type { Digest } from '../../contract/ids.ts'
import type { Edge } from '../../contract/run.ts'
import type { FinishedRun, ObjectStore, RunIndex } from '../store/ports.ts'
import { type CodeShape, codeShape } from './code-shape.ts'
import type { Learned } from './predict.ts'
import { type LearnedEdge, type LearnedRun, type Sample, sampleOf } from './sample.ts'

/** Runs of the log that are read at all. */
const MOST_RUNS = 4_000
/** Newest runs that are kept of one code, and of each code for the project. */
const OF_CODE = 60
const OF_EACH = 2
const MOST_CODES = 1_500
const FOR_PROJECT = 400
/** Sessions whose variables are kept. */
const MOST_SESSIONS = 30
const BATCH = 20

interface Source {
  readonly index: Pick<RunIndex, 'finished' | 'finishedBefore'>
  readonly objects: Pick<ObjectStore, 'get'>
}

interface SessionNow {
  /** The newest version of each thing that its runs generated. */
  readonly things: Map<string, LearnedEdge>
  readonly codes: Set<string>
}

export class RunHistory implements Learned {
  readonly #source: Source
  /** Insertion order is that of the last run. */
  readonly #byCode = new Map<string, Sample[]>()
  readonly #sessions = new Map<string, SessionNow>()
  readonly #shapes = new Map<string, CodeShape>()
  #seen: number | null = null
  #count = 0
  #reading: Promise<void> = Promise.resolve()

  constructor(source: Source) {
    this.#source = source
  }

  /** Runs that were learned from. */
  get count(): number {
    return this.#count
  }

  readonly ofCode = (skeleton: string): readonly Sample[] => this.#byCode.get(skeleton) ?? []

  readonly ofProject = (): readonly Sample[] =>
    [...this.#byCode.values()].slice(-FOR_PROJECT).flatMap((samples) => samples.slice(-OF_EACH))

  /** What a session's runs have generated, by kind and name; null where none is known. */
  things(session: string): ReadonlyMap<string, LearnedEdge> | null {
    return this.#sessions.get(session)?.things ?? null
  }

  hasRun(session: string, skeleton: string): boolean {
    return this.#sessions.get(session)?.codes.has(skeleton) ?? false
  }

  /** Reads what the log has got since; settles when it is learned. */
  catchUp(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#read())
    // One that fails is reported to its caller, and tried again by the next.
    const reading = this.#reading
    this.#reading = reading.catch(() => undefined)
    return reading
  }

  async #read(): Promise<void> {
    this.#seen ??= await this.#source.index.finishedBefore(MOST_RUNS)
    for (;;) {
      const runs = await this.#source.index.finished(this.#seen, BATCH)
      for (const run of runs) {
        await this.#learn(run)
        this.#seen = run.seq
      }
      if (runs.length < BATCH) return
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }

  async #learn(run: FinishedRun): Promise<void> {
    const code = await this.#recordedShape(run.sourceDigest)
    const session = this.#sessionOf(run.session)
    const learned = learnedRun(run)
    for (const edge of learned.generated) session.things.set(`${edge.kind} ${edge.name}`, edge)
    if (code === null || code.skeleton === '') return
    const isFirst = !session.codes.has(code.skeleton)
    session.codes.add(code.skeleton)
    if (!run.isOk) return
    const samples = this.#byCode.get(code.skeleton) ?? []
    samples.push(sampleOf(learned, isFirst, code))
    if (samples.length > OF_CODE) samples.shift()
    this.#count++
    this.#byCode.delete(code.skeleton)
    this.#byCode.set(code.skeleton, samples)
    forgetOldest(this.#byCode, MOST_CODES)
  }

  #sessionOf(id: string): SessionNow {
    const session = this.#sessions.get(id) ?? { things: new Map(), codes: new Set() }
    this.#sessions.delete(id)
    this.#sessions.set(id, session)
    forgetOldest(this.#sessions, MOST_SESSIONS)
    return session
  }

  /** Parsed once for each source. */
  shapeOf(source: string): CodeShape {
    const known = this.#shapes.get(source)
    if (known !== undefined) return known
    const shape = codeShape(source)
    this.#shapes.set(source, shape)
    forgetOldest(this.#shapes, MOST_CODES)
    return shape
  }

  /** Null where the source is gone. */
  async #recordedShape(digest: Digest): Promise<CodeShape | null> {
    const bytes = await this.#source.objects.get(digest).catch(() => null)
    return bytes === null ? null : this.shapeOf(new TextDecoder().decode(bytes))
  }
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  if (map.size <= most) return
  const oldest = map.keys().next().value
  if (oldest !== undefined) map.delete(oldest)
}

export function learnedRun(run: FinishedRun): LearnedRun {
  const { peakMemoryBytes: peak = null, startMemoryBytes: start = null } = run.cost ?? {}
  return {
    seq: run.seq,
    run: run.run,
    session: run.session,
    cell: run.cellId,
    durationMs: run.durationMs,
    memory: peak === null || start === null ? null : Math.max(0, peak - start),
    outputBytes: run.outputBytes,
    used: run.used.map(learnedEdge),
    generated: run.generated.filter(({ deleted }) => !deleted).map(learnedEdge),
  }
}

function learnedEdge({ kind, name, digest, shape, size, type, facets, value }: Edge): LearnedEdge {
  const number = typeof facets?.number === 'number' ? facets.number : null
  return { kind, name, digest, shape, size, type, number, stored: value?.size ?? 0 }
}
