/**
 * Masks secrets in what was recorded before they were known. Invariant: nothing changes until `applyRedaction`; after it,
 * no entry, object, document or index of the history holds what the masker finds.
 */
import type { Masker } from '@yesterday/kernel-bridge'
import { encodeStateAsUpdate } from 'yjs'
import { DocumentId, type RunId } from '../../contract/ids.ts'
import type { Agreements } from '../document/agreed.ts'
import type { Redaction, Store } from '../store/ports.ts'
import { documentOf, maskDocument, objectsOfDocument } from './documents.ts'
import { MaskedEntries } from './entries.ts'
import { type Replaced, replacedObjects } from './objects.ts'
import { type Role, readRoles } from './roles.ts'

interface ReadHistory {
  readonly runs: Pick<Store['runs'], 'read'>
  readonly objects: Pick<Store['objects'], 'list' | 'get'>
  readonly updates: Pick<Store['updates'], 'all' | 'load'>
}

/** A document with its outputs masked, as one update. */
interface MaskedDocument {
  readonly id: string
  readonly update: Uint8Array
  readonly lastSeq: number
  readonly maskedOutputs: number
}

export interface RedactionPlan {
  readonly entries: Redaction['entries']
  readonly replaced: Replaced
  /** Empty if only one run is redacted. */
  readonly documents: readonly MaskedDocument[]
  /** Masked objects by what they are for; `other` counts values and file versions, which are removed. */
  readonly counts: Readonly<Record<Role | 'other', number>>
}

/** What `masker` would change in the history, or in one run of it. */
export async function planRedaction(
  store: ReadHistory,
  masker: Masker,
  run: RunId | null,
): Promise<RedactionPlan> {
  const ids = await store.updates.all()
  const references = new Set<string>()
  for (const id of ids) {
    const stored = await store.updates.load(id)
    for (const digest of stored === null ? [] : objectsOfDocument(documentOf(stored))) references.add(digest)
  }
  const roles = await readRoles(store.runs.read(), references, run)
  const replaced = await replacedObjects(store.objects, roles, masker)
  const counts = { code: 0, output: 0, checkpoint: 0, other: 0 }
  for (const digest of replaced.keys()) counts[roles.texts.get(digest) ?? 'other']++
  return {
    entries: await maskedEntries(store, new MaskedEntries(masker, replaced), run),
    replaced,
    documents: run === null ? await maskedDocuments(store, ids, masker, replaced) : [],
    counts,
  }
}

async function maskedEntries(
  { runs }: ReadHistory,
  mask: MaskedEntries,
  run: RunId | null,
): Promise<RedactionPlan['entries']> {
  const entries = []
  for await (const { entry } of runs.read()) mask.learn(entry)
  for await (const { seq, entry } of runs.read()) {
    const masked = mask.masked(entry, run === null || ('run' in entry && entry.run === run))
    if (masked !== entry) entries.push({ seq, entry: masked })
  }
  return entries
}

async function maskedDocuments(
  { updates }: ReadHistory,
  ids: readonly string[],
  masker: Masker,
  replaced: Replaced,
): Promise<readonly MaskedDocument[]> {
  const documents: MaskedDocument[] = []
  for (const id of ids) {
    const stored = await updates.load(id)
    if (stored === null) continue
    const doc = documentOf(stored)
    const maskedOutputs = maskDocument(doc, masker, replaced)
    documents.push({ id, update: encodeStateAsUpdate(doc), lastSeq: stored.lastSeq, maskedOutputs })
  }
  return documents
}

/** Does what the plan says. `agreed` is the folder of what documents and files agreed on. */
export async function applyRedaction(
  store: Pick<Store, 'runs' | 'objects' | 'updates'>,
  plan: RedactionPlan,
  agreements: Agreements,
  record: Pick<Redaction, 'by' | 'at' | 'reason'>,
): Promise<void> {
  for (const bytes of plan.replaced.values()) if (bytes !== null) await store.objects.put(bytes)
  for (const { id, update, lastSeq } of plan.documents) {
    await store.updates.replace(id, update, lastSeq)
    // Writing it again seals it.
    const agreement = DocumentId.safeParse(id).success ? await agreements.get(id) : null
    if (agreement !== null) await agreements.put(id, agreement)
  }
  await store.runs.redact({ ...record, entries: plan.entries, objects: [...plan.replaced.keys()] })
}
