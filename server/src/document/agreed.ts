/**
 * What a notebook's file and its document last agreed on, kept beside the history, so that a change of the file made
 * while no server ran is merged like any other. Invariant: one file per document, replaced whole; one that cannot be
 * read counts as none, and then nothing of either side is dropped. It is sealed, as it says what people typed.
 */
import { join } from 'node:path'
import { isSealed, type Seal } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import { DocumentId } from '../../contract/ids.ts'
import { userSeal } from '../secrets/user-seal.ts'
import type { NotebookForm } from './cell-form.ts'
import type { Disk } from './disk.ts'

export interface Agreement {
  /** Of the file's bytes. */
  readonly digest: string
  /** What the file said, under the document's cell ids. Large values are references. */
  readonly form: NotebookForm
}

const JsonMap = z.record(z.string(), z.json())
const Agreement = z.object({
  digest: z.string(),
  form: z.object({
    nbformat: z.number(),
    minor: z.number(),
    metadata: JsonMap,
    cells: z.array(
      z.object({
        id: z.string(),
        type: z.enum(['code', 'markdown', 'raw']),
        source: z.string(),
        metadata: JsonMap,
        attachments: JsonMap.nullable(),
        outputs: z.array(JsonMap).nullable(),
        executionCount: z.number().nullable(),
      }),
    ),
  }),
})

/** The agreement as JSON, cell by cell: it may be large. */
function* textOf({ digest, form }: Agreement): Generator<string> {
  const { cells, ...top } = form
  yield `{"digest":${JSON.stringify(digest)},"form":{`
  for (const [key, value] of Object.entries(top)) yield `${JSON.stringify(key)}:${JSON.stringify(value)},`
  yield '"cells":['
  for (const [index, cell] of cells.entries()) yield (index === 0 ? '' : ',') + JSON.stringify(cell)
  yield ']}}'
}

export class Agreements {
  readonly #disk: Disk
  readonly #folder: string
  readonly #seal: Seal

  constructor(disk: Disk, folder: string, seal: Seal = userSeal()) {
    this.#disk = disk
    this.#folder = folder
    this.#seal = seal
  }

  async get(documentId: string): Promise<Agreement | null> {
    try {
      const stored = await this.#disk.read(this.#path(documentId))
      // Files of earlier versions are not sealed.
      const bytes = isSealed(stored) ? this.#seal.open(stored, placeOf(documentId)) : stored
      return Agreement.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
    } catch {
      return null
    }
  }

  /** Durable when settled. */
  async put(documentId: string, agreement: Agreement): Promise<void> {
    await this.#disk.makeFolder(this.#folder)
    const sealed = this.#seal.sealParts(textOf(agreement), placeOf(documentId))
    await this.#disk.replace(this.#path(documentId), sealed, 0o600)
  }

  async remove(documentId: string): Promise<void> {
    await this.#disk.remove(this.#path(documentId))
  }

  /** The id comes from the history, which is untrusted. */
  #path(documentId: string): string {
    return join(this.#folder, `${DocumentId.parse(documentId)}.json`)
  }
}

const placeOf = (documentId: string): string => `agreement ${documentId}`
