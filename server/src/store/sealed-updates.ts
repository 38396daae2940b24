/**
 * The update log with every update sealed: it holds what people typed, secrets among it. Updates from before are read as
 * they are. Invariant: a document that cannot be opened here, since its folder comes from another machine, is set aside
 * and not removed; the notebook's file is opened in its place.
 */
import { isSealed, type Seal, UnsealError } from '@yesterday/kernel-bridge'
import { StoreError } from './errors.ts'
import type { StoredDocument, UpdateLog } from './ports.ts'
import { FOLDER } from './project-folder.ts'

export function sealedUpdates(log: UpdateLog, seal: Seal): UpdateLog {
  return {
    create: (document) =>
      log.create({ ...document, seed: seal.seal(document.seed, placeOf(document.documentId)) }),
    append: (documentId, updates) =>
      log.append(
        documentId,
        updates.map((update) => seal.seal(update, placeOf(documentId))),
      ),
    async load(documentId) {
      const stored = await log.load(documentId)
      return stored && opened(stored, log, seal)
    },
    findByPath: (path) => log.findByPath(path),
    all: () => log.all(),
    replace: (documentId, update, lastSeq) =>
      log.replace(documentId, seal.seal(update, placeOf(documentId)), lastSeq),
    move: (from, to) => log.move(from, to),
    remove: (documentId) => log.remove(documentId),
  }
}

/** What an update is sealed for: one of another document is not opened. */
export const placeOf = (documentId: string): string => `document ${documentId}`

/** Null for a document that was sealed elsewhere. */
async function opened(stored: StoredDocument, log: UpdateLog, seal: Seal): Promise<StoredDocument | null> {
  const { documentId, path, updates } = stored
  try {
    return {
      ...stored,
      updates: updates.map((update) => (isSealed(update) ? seal.open(update, placeOf(documentId)) : update)),
    }
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error
    const aside = `${FOLDER}/unreadable/${documentId}`
    if (path !== aside) await log.move(path, aside).catch(unlessReading)
    return null
  }
}

/** A store that is opened to be read moves nothing. */
function unlessReading(error: unknown): void {
  if (!(error instanceof StoreError) || error.code === 'conflict') throw error
}
