/**
 * `yesterday checkpoint restore NAME NOTEBOOK`: makes a notebook's cells those of a checkpoint, as a new entry. A running
 * server does it, so that open pages show it; otherwise this process.
 */
import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { Checkpoint } from '../../contract/past.ts'
import { identifyFile, notebookIdAt } from '../document/identity/project-notebooks.ts'
import { restoreCheckpoint } from '../lineage/restore-checkpoint.ts'
import { Audit } from '../people/audit.ts'
import { withDocument } from '../results/in-process.ts'
import { type Answer, ServerClient } from '../results/server-client.ts'
import type { Store } from '../store/ports.ts'
import { ServerLock } from '../user/server-lock.ts'
import { openProjectState } from '../user/user-folder.ts'
import { printJson, printLines, printNote, type Refusal } from './answer.ts'
import { projectPath, projectRoot } from './project-root.ts'
import { shortId } from './text.ts'

export interface RestoreOptions {
  readonly json: boolean
  readonly root?: string | undefined
}

export async function restoreByName(
  word: string,
  file: string,
  { json, root: named }: RestoreOptions,
): Promise<Refusal | null> {
  const root = realpathSync(projectRoot({ root: named, notebook: file }))
  const path = projectPath(root, file)
  const { openStore } = await import('../store/open-store.ts')
  const store = await openStore({ root })
  try {
    await identifyFile(root, store, path)
    const own = await store.index.checkpoints(await notebookIdAt(root, store.index, path))
    const chosen = choose(own, word, file)
    if (!('checkpoint' in chosen)) return chosen
    const restored = await restoreAt({ root, path, store }, chosen.checkpoint)
    if (!restored.ok) return { hint: 'Nothing was changed.', ...restored.refusal, exit: 1 }
    if (json) printJson(restored.value)
    else
      printLines([
        `${file} is as in "${chosen.name}" (${shortId(chosen.checkpoint)}). The state before is a checkpoint.`,
      ])
    return null
  } finally {
    await store.close()
  }
}

/** The newest that a person gave this name; else the one whose id begins so. */
function choose(own: readonly Checkpoint[], word: string, file: string): Checkpoint | Refusal {
  const byName = own.find(({ name, why }) => name === word && why === undefined)
  const byId = own.filter(({ checkpoint }) => checkpoint.startsWith(word))
  const [first, second] = byName === undefined ? byId : [byName]
  if (first !== undefined && second === undefined) return first
  const could = byId.slice(0, 5).map(({ checkpoint }) => checkpoint)
  return second === undefined
    ? bad('missing', `"${file}" has no checkpoint "${word}"`, 'yesterday checkpoint lists them.')
    : bad('ambiguous', `"${word}" could be ${could.join(', ')}`, 'Write more of the id.')
}

const bad = (code: string, message: string, hint: string): Refusal => ({ code, message, hint, exit: 2 })

interface Place {
  /** The project folder's real path. */
  readonly root: string
  readonly path: string
  readonly store: Store
}

async function restoreAt(place: Place, id: string): Promise<Answer<Checkpoint>> {
  const { root, path } = place
  const holder = await ServerLock.holder(root)
  if (holder?.purpose === 'serve' && holder.port > 0)
    return new ServerClient(holder).restoreCheckpoint(id, path)
  const done = await withDocument(place, async (document, documents) => {
    const restored = await restoreCheckpoint(partsOf(place, documents), document, actor(), id)
    if (restored.ok) await documents.save(document.id)
    return restored
  })
  if (done.kind === 'refused') return { ok: false, refusal: done.refusal }
  if (done.kind === 'served') return { ok: false, refusal: busy }
  if (!done.value.ok) return done.value
  const audit = new Audit(openProjectState(root), (error) =>
    printNote(`The audit log could not be written: ${String(error)}`),
  )
  const about = { notebook: path, checkpoint: id }
  audit.record({ action: 'restored', by: { id: 'terminal', name: actor().name }, address: null, about })
  return { ok: true, value: done.value.checkpoint }
}

const partsOf = ({ store }: Place, documents: { readonly flushed: (id: string) => Promise<void> }) => ({
  store,
  documents,
  index: store.index,
  read: (digest: string) => store.objects.get(digest).catch(() => null),
  now: () => new Date().toISOString(),
  newId: () => randomBytes(10).toString('hex'),
})

const actor = () => ({ id: `user:${userInfo().username}`, name: userInfo().username })

const busy = {
  code: 'busy',
  status: 409,
  message: 'Another program has this project open.',
  hint: 'Nothing was changed. Try again when it has ended.',
}
