/**
 * Garbage-collects bytes at a user's request: the plan, and the removal. Invariant: the log says that bytes are
 * gone before they are; bytes that code, outputs or checkpoints name are never removed.
 */
import { Digest, type RunId, type Timestamp } from '../../contract/ids.ts'
import type { Edge, StoredValue } from '../../contract/run.ts'
import type { RunEnded } from '../store/log-entry.ts'
import type { Store } from '../store/ports.ts'
import { hasParts, partsIn } from '../store/value-parts.ts'
import type { BytesKind, RetentionPlan, RunBytes } from './retention.ts'

interface Source {
  readonly runs: Pick<Store['runs'], 'read'>
  readonly index: Pick<Store['index'], 'openSessions'>
  readonly objects: Pick<Store['objects'], 'get' | 'size'>
}

export interface Kept {
  readonly runs: readonly RunBytes[]
  readonly sizes: ReadonlyMap<Digest, number>
}

/** Everything that the log says is kept for replaying. */
export async function keptBytes(store: Source): Promise<Kept> {
  const facts = await readLog(store)
  const open = new Set((await store.index.openSessions()).map(({ session }) => session.session))
  const newest = new Set(facts.newest.values())
  const newestGood = new Set(facts.newestGood.values())
  const runs: RunBytes[] = []
  const sizes = new Map<Digest, number>()
  for await (const { entry: ended } of store.runs.read()) {
    if (ended.type !== 'run-ended') continue
    const bytes = await bytesOf(store, ended, facts.late.get(ended.run) ?? [])
    for (const digest of bytes.keys()) {
      if (facts.pinned.has(digest)) bytes.delete(digest)
      else if (!sizes.has(digest)) {
        const size = await store.objects.size(digest)
        if (size !== null) sizes.set(digest, size)
      }
    }
    const { run, at } = ended
    const kept = facts.checkpoints.has(run)
      ? 'a checkpoint names it'
      : newest.has(run)
        ? 'it is the newest of its cell'
        : newestGood.has(run)
          ? 'it is the newest of its cell that ended well'
          : open.has(facts.sessions.get(run) ?? '')
            ? 'its kernel is open'
            : null
    runs.push({ run, at, kept, bytes })
  }
  return { runs, sizes }
}

interface LateValue {
  readonly value: StoredValue
  readonly kind: BytesKind
}

interface LogFacts {
  readonly sessions: Map<RunId, string>
  /** By notebook and cell. */
  readonly newest: Map<string, RunId>
  readonly newestGood: Map<string, RunId>
  readonly checkpoints: Set<RunId>
  readonly pinned: Set<string>
  /** Manifests and values that came behind their runs. */
  readonly late: Map<RunId, LateValue[]>
}

async function readLog({ runs }: Source): Promise<LogFacts> {
  const facts: LogFacts = {
    sessions: new Map(),
    newest: new Map(),
    newestGood: new Map(),
    checkpoints: new Set(),
    pinned: new Set(),
    late: new Map(),
  }
  const cells = new Map<RunId, string>()
  for await (const { entry } of runs.read()) {
    if (entry.type === 'run-queued') {
      facts.sessions.set(entry.run, entry.session)
      facts.pinned.add(entry.sourceDigest)
      cells.set(entry.run, JSON.stringify([entry.notebook, entry.cellId ?? entry.cell]))
    } else if (entry.type === 'run-ended') {
      for (const { digest } of entry.outputs) facts.pinned.add(digest)
      const cell = cells.get(entry.run) ?? entry.run
      facts.newest.set(cell, entry.run)
      if (entry.outcome === 'ok') facts.newestGood.set(cell, entry.run)
    } else if (entry.type === 'content-read') {
      const values = entry.contents.flatMap(({ value, kind }) =>
        value ? [{ value, kind: kindOf(kind) }] : [],
      )
      facts.late.set(entry.run, [...(facts.late.get(entry.run) ?? []), ...values])
    } else if (entry.type === 'checkpoint-made') {
      facts.pinned.add(entry.state)
      if (entry.run !== null) facts.checkpoints.add(entry.run)
    }
  }
  return facts
}

async function bytesOf(
  store: Source,
  { used, generated, state }: RunEnded,
  late: readonly LateValue[],
): Promise<Map<Digest, BytesKind>> {
  const found = new Map<Digest, BytesKind>()
  for (const { value, kind } of late)
    for (const digest of [value.digest, ...(await partsOf(store, value))]) found.set(digest, kind)
  for (const edge of [...used, ...generated]) {
    if (edge.value === null) continue
    const kind = kindOf(edge.kind)
    for (const digest of [edge.value.digest, ...(await partsOf(store, edge.value))]) found.set(digest, kind)
  }
  for (const digest of chanceOf(state)) {
    const named = Digest.safeParse(digest)
    if (named.success) found.set(named.data, 'random state')
  }
  return found
}

const kindOf = (kind: Edge['kind']): BytesKind => (kind === 'variable' ? 'value' : 'file')

/** What is kept of a run's chance, and what a person answered to it, by digest. */
const chanceOf = (state: RunEnded['state']): readonly string[] =>
  state === null
    ? []
    : [
        ...Object.values(state.random),
        ...Object.values(state.before),
        ...(state.entropy === null ? [] : [state.entropy]),
        ...(state.answers === null ? [] : [state.answers]),
        ...(state.widgets === null ? [] : [state.widgets]),
      ]

/** Objects that this one lists. */
async function partsOf(
  { objects }: Source,
  { format, digest }: NonNullable<Edge['value']>,
): Promise<readonly Digest[]> {
  const bytes = hasParts(format) ? await objects.get(digest).catch(() => null) : null
  return bytes === null ? [] : (partsIn(format, bytes) ?? [])
}

/** Does what the plan says. */
export async function letGo(
  store: Store,
  { letGo: given }: RetentionPlan,
  why: string,
  now: Timestamp,
): Promise<void> {
  const digests = given.map(({ digest }) => digest)
  if (digests.length === 0) return
  await store.runs.append([{ type: 'bytes-dropped', at: now, digests, why }])
  await store.objects.remove(digests)
}
