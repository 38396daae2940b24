/** pure. Log entries without secrets: their texts are masked, and they name what objects were replaced by. */
import { isSecretFile, type Masker } from '@yesterday/kernel-bridge'
import type { Edge } from '../../contract/run.ts'
import { digestOf } from '../disk/digest.ts'
import type { ContentRead, LogEntry, RunEnded } from '../store/log-entry.ts'
import { markOf } from '../store/notebook-marks.ts'
import { withoutOwnRecord } from '../store/own-record.ts'
import type { Replaced } from './objects.ts'

/** Statements about the log itself. They quote nothing of the user's. */
const ABOUT_THE_LOG: ReadonlySet<LogEntry['type']> = new Set([
  'entries-redacted',
  'history-chained',
  'bytes-dropped',
])

export class MaskedEntries {
  readonly #masker: Masker
  readonly #replaced: Replaced
  readonly #marks: ReadonlySet<string>
  /** Digests of values that hold a secret. A guess could be tried on them, so they are keyed, in all edges alike. */
  readonly #keyed = new Set<string>()

  constructor(masker: Masker, replaced: Replaced) {
    this.#masker = masker
    this.#replaced = replaced
    this.#marks = new Set([...replaced.keys()].map(markOf))
  }

  /** Must get each entry before the first is masked: another may use what it made. */
  learn(entry: LogEntry): void {
    if (entry.type !== 'run-ended') return
    for (const edge of [...entry.used, ...entry.generated])
      if (edge.digest !== null && this.#isGuessable(edge)) this.#keyed.add(edge.digest)
  }

  #isGuessable(edge: Edge): boolean {
    if (edge.kind === 'file') return isSecretFile(edge.name)
    const isRemoved = edge.value !== null && this.#replaced.get(edge.value.digest) === null
    return isRemoved || this.#masker.maskTree(edge) !== edge
  }

  /** The entry itself if nothing of it changes. With `own`, its texts may hold a secret; else only objects changed. */
  masked(entry: LogEntry, own: boolean): LogEntry {
    if (ABOUT_THE_LOG.has(entry.type)) return entry
    const named = this.#renamed(entry)
    const masked = own ? this.#masker.maskTree(named) : named
    return JSON.stringify(masked) === JSON.stringify(entry) ? entry : masked
  }

  #renamed(entry: LogEntry): LogEntry {
    if (entry.type === 'run-queued') return { ...entry, sourceDigest: this.#object(entry.sourceDigest) }
    if (entry.type === 'checkpoint-made') return { ...entry, state: this.#object(entry.state) }
    if (entry.type === 'run-ended') return this.#ended(entry)
    if (entry.type === 'content-read')
      return { ...entry, contents: entry.contents.map((one) => this.#content(one)) }
    if (entry.type !== 'notebook-placed' || entry.marks === null) return entry
    const sources = entry.marks.sources.filter((mark) => !this.#marks.has(mark))
    return { ...entry, marks: { ...entry.marks, sources } }
  }

  #ended(entry: RunEnded): RunEnded {
    const edges = (all: readonly Edge[]) => withoutOwnRecord(all).map((edge) => this.#edge(edge))
    const outputs = entry.outputs.flatMap((output) => {
      const bytes = this.#replaced.get(output.digest)
      if (bytes === null) return []
      return bytes === undefined ? output : { ...output, digest: digestOf(bytes), size: bytes.length }
    })
    return { ...entry, used: edges(entry.used), generated: edges(entry.generated), outputs }
  }

  #edge(edge: Edge): Edge {
    const { digest, version } = edge
    const value = edge.value !== null && this.#replaced.has(edge.value.digest) ? null : edge.value
    if (digest === null || !this.#keyed.has(digest)) return { ...edge, value }
    const keyed = this.#masker.keyed(digest)
    return { ...edge, value, digest: keyed, version: version.replaceAll(digest, keyed) }
  }

  #content(content: ContentRead['contents'][number]): ContentRead['contents'][number] {
    const { digest } = content
    const isRemoved = content.value != null && this.#replaced.has(content.value.digest)
    const left = isRemoved ? { ...content, value: null } : content
    return digest !== null && this.#keyed.has(digest) ? { ...left, digest: this.#masker.keyed(digest) } : left
  }

  #object<T extends string>(digest: T): T | ReturnType<typeof digestOf> {
    const bytes = this.#replaced.get(digest)
    return bytes == null ? digest : digestOf(bytes)
  }
}
