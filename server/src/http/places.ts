/**
 * Where the things that a request names are: paths and notebooks. Invariant: an answer is about the file that would be
 * opened, after links and the spelling of the file system; what cannot be placed has no place.
 */
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import type { JobRequest } from '../../contract/replay.ts'
import type { Subject, SubjectKind } from '../../contract/subjects.ts'
import { subjectsOf } from '../../contract/subjects.ts'
import type { OpenDocument, Opened } from '../document/ports.ts'
import type { Place } from '../people/grants.ts'
import type { RunIndex } from '../store/ports.ts'

export interface PlaceSources {
  /** The project folder's real path. */
  readonly root: string
  readonly index: Pick<RunIndex, 'resolve' | 'resolveSession' | 'notebookOf' | 'notebook' | 'checkpoints'>
  /** The open document of an id. */
  readonly live: (document: string) => OpenDocument | null
  /** Opens a notebook: its file alone says which one it is. */
  readonly open: (path: string) => Promise<Opened>
  /** Whether an output of an open document shows the object. */
  readonly shows: (document: string, digest: string) => boolean
  readonly openDocuments: () => Promise<readonly string[]>
  /** The notebook of a kernel; null for one of its own, and where there is none. */
  readonly documentOfKernel: (kernel: string) => string | null
  readonly kernelOfSession: (session: string) => Promise<string | null>
  readonly jobOf: (job: string) => JobRequest | null
}

/** Objects whose places are remembered. */
const MOST_OBJECTS = 100_000

/** The ids of notebooks without one begin so; a path follows. */
const UNPLACED = 'path:'

export class Places {
  readonly #sources: PlaceSources
  /** Which notebooks have shown an object in an answer, by its digest. */
  readonly #disclosed = new Map<string, Set<string>>()
  readonly #find: Readonly<Record<SubjectKind, (named: string) => Promise<readonly Place[]>>>

  constructor(sources: PlaceSources) {
    this.#sources = sources
    this.#find = {
      path: async (named) => [await this.atPath(named)],
      notebook: (named) => this.#notebook(named),
      document: async (named) => this.#known(await this.ofDocument(named)),
      run: (named) => this.#run(named),
      session: (named) => this.#session(named),
      checkpoint: (named) => this.#checkpoint(named),
      object: (named) => this.#object(named),
      kernel: (named) => this.#kernel(named),
      job: (named) => this.#job(named),
      side: (named) => this.#side(named),
    }
  }

  /** Empty where there is no such thing, and for things of the whole project. */
  of({ kind, named }: Subject): Promise<readonly Place[]> {
    return this.#find[kind](named)
  }

  /** The place of a path, whether or not something is there. Opens notebooks. */
  async atPath(named: string): Promise<Place> {
    const path = await this.canonical(named)
    if (!path.endsWith('.ipynb')) return { path, document: null }
    const opened = await this.#sources.open(path).catch(() => null)
    const document = opened?.ok
      ? opened.document.id
      : ((await this.#sources.index.notebook(path))?.id ?? null)
    return { path, document }
  }

  /** The place of an entry in a list. The history says which notebook it is, so that a list opens none. */
  async listed(named: string): Promise<Place> {
    const path = await this.canonical(named)
    const known = path.endsWith('.ipynb') ? await this.#sources.index.notebook(path) : null
    return { path, document: known?.id ?? null }
  }

  /** An answer about the notebook named this object: who may read the notebook may read it. */
  disclose(digest: string, document: string): void {
    const known = this.#disclosed.get(digest) ?? new Set()
    known.add(document)
    this.#disclosed.delete(digest)
    this.#disclosed.set(digest, known)
    for (const oldest of this.#disclosed.keys()) {
      if (this.#disclosed.size <= MOST_OBJECTS) break
      this.#disclosed.delete(oldest)
    }
  }

  canonical(named: string): Promise<string> {
    return canonicalPath(this.#sources.root, named)
  }

  /** Null where the notebook is unknown. */
  async ofDocument(document: string): Promise<Place | null> {
    const live = this.#sources.live(document)
    if (live !== null) return { path: live.path, document }
    if (document.startsWith(UNPLACED)) return { path: document.slice(UNPLACED.length), document: null }
    const known = await this.#sources.index.notebook(document)
    return known === null ? null : { path: known.path, document: known.id }
  }

  /** The place of the notebook of a run, session or checkpoint. */
  async ofRecord(record: string): Promise<Place | null> {
    const document = await this.#sources.index.notebookOf(record)
    return document === null ? null : this.ofDocument(document)
  }

  #known(place: Place | null): readonly Place[] {
    return place === null ? [] : [place]
  }

  /** Queries of the past name a notebook by its id, or by a path that it has or had. */
  async #notebook(named: string): Promise<readonly Place[]> {
    const known = await this.#sources.index.notebook(named)
    const byPath = await this.atPath(named)
    return known === null || known.id === byPath.document
      ? [byPath]
      : [byPath, ...this.#known(await this.ofDocument(known.id))]
  }

  async #run(named: string): Promise<readonly Place[]> {
    const found = await this.#sources.index.resolve(named)
    const runs = found.kind === 'found' ? [found.run] : found.kind === 'ambiguous' ? found.candidates : []
    return this.#records(runs)
  }

  async #records(ids: readonly string[]): Promise<readonly Place[]> {
    const places = await Promise.all(ids.map((id) => this.ofRecord(id)))
    return places.filter((place) => place !== null)
  }

  /** A session of the history, or one of a Jupyter client. */
  async #session(named: string): Promise<readonly Place[]> {
    const sessions = await this.#sources.index.resolveSession(named)
    if (sessions.length > 0) return this.#records(sessions)
    const kernel = await this.#sources.kernelOfSession(named)
    return kernel === null ? [] : this.#kernel(kernel)
  }

  async #checkpoint(named: string): Promise<readonly Place[]> {
    const all = await this.#sources.index.checkpoints()
    const ids = all.filter(({ checkpoint, name }) => checkpoint.startsWith(named) || name === named)
    return this.#records(ids.map(({ checkpoint }) => checkpoint))
  }

  /** The notebooks that show it, and those whose history named it in an answer. */
  async #object(digest: string): Promise<readonly Place[]> {
    const { openDocuments, shows } = this.#sources
    const open = (await openDocuments()).filter((id) => shows(id, digest))
    const ids = new Set([...open, ...(this.#disclosed.get(digest) ?? [])])
    const places = await Promise.all([...ids].map((id) => this.ofDocument(id)))
    return places.filter((place) => place !== null)
  }

  async #kernel(named: string): Promise<readonly Place[]> {
    const document = this.#sources.documentOfKernel(named)
    return document === null ? [] : this.#known(await this.ofDocument(document))
  }

  async #job(named: string): Promise<readonly Place[]> {
    const request = this.#sources.jobOf(named)
    if (request === null) return []
    const found = await Promise.all(subjectsOf(request).map((subject) => this.of(subject)))
    return found.flat()
  }

  /** A word of a comparison: all that it could mean. */
  async #side(named: string): Promise<readonly Place[]> {
    const [path = '', cell] = named.split('#')
    const meant = cell === undefined ? (['run', 'session', 'checkpoint'] as const) : []
    const found = await Promise.all(meant.map((kind) => this.#find[kind](named)))
    const places = found.flat()
    return places.length > 0 ? places : this.#notebook(path)
  }
}

/** A path as the file system spells it, with links followed as far as something is there. `root` is a real path. */
export async function canonicalPath(root: string, named: string): Promise<string> {
  const parts = named.split('/').filter((part) => part !== '' && part !== '.')
  let [existing, rest] = [join(root, ...parts), '']
  for (;;) {
    const real = await realpath(existing).catch(() => null)
    if (real !== null) return relative(root, join(real, rest)).split(sep).join('/')
    if (existing === dirname(existing)) return parts.join('/')
    rest = join(basename(existing), rest)
    existing = dirname(existing)
  }
}
