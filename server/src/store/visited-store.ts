/**
 * The storage of a project whose history is not trusted: that history is read, and edits of its notebooks are kept in a
 * store of our own. Invariant: nothing is written into the project's `.yesterday/`, and no stored value is loadable.
 */
import type { Digest } from '../../contract/ids.ts'
import { StoreError } from './errors.ts'
import { openForeignStore, openStore } from './open-store.ts'
import type { ObjectStore, Store } from './ports.ts'

export interface VisitedOptions {
  /** The project folder. */
  readonly root: string
  /** A folder of our own, for what is kept meanwhile. */
  readonly own: string
  /** Receives the reason if the project's history cannot be read. */
  readonly onProblem: (problem: string) => void
}

export async function openVisitedStore({ root, own: ownRoot, onProblem }: VisitedOptions): Promise<Store> {
  const own = await openStore({ root: ownRoot })
  const theirs = readable(root, ownRoot, onProblem)
  if (theirs === null) return { ...own, runs: refusing(own), key: nothingLoadable(own) }
  return {
    objects: both(own.objects, theirs.objects),
    eviction: own.eviction,
    runs: theirs.runs,
    updates: own.updates,
    index: theirs.index,
    key: nothingLoadable(own),
    secrets: theirs.secrets,
    health: own.health,
    writeAgain: (by) => own.writeAgain(by),
    check: () => theirs.check(),
    prove: (run) => theirs.prove(run),
    close: async () => {
      await theirs.close()
      await own.close()
    },
  }
}

/** A history that is damaged, or of a newer program, does not keep the notebooks closed. */
function readable(root: string, own: string, onProblem: VisitedOptions['onProblem']): Store | null {
  try {
    return openForeignStore({ root, copies: own })
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    if (error.code !== 'no-store') onProblem(error.message)
    return null
  }
}

const untrusted = () =>
  Promise.reject(new StoreError('untrusted', 'nothing is recorded in a history that was made elsewhere'))

const refusing = ({ runs }: Store): Store['runs'] => ({
  append: untrusted,
  redact: untrusted,
  read: (after) => runs.read(after),
})

const nothingLoadable = ({ key }: Store): Store['key'] => ({ ...key, signed: () => false })

function both(own: ObjectStore, theirs: ObjectStore): ObjectStore {
  return {
    put: (bytes) => own.put(bytes),
    putPages: (pages) => own.putPages(pages),
    get: async (digest) => (await own.get(digest)) ?? theirs.get(digest),
    has: async (digest) => (await own.has(digest)) || theirs.has(digest),
    size: async (digest) => (await own.size(digest)) ?? theirs.size(digest),
    remove: untrusted,
    list: async function* (): AsyncGenerator<Digest> {
      yield* own.list()
      yield* theirs.list()
    },
  }
}
