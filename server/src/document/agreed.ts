/**
 * What a notebook's file and its document last agreed on, kept beside the history, so that a change of the file made
 * while no server ran is merged like any other. Invariant: one file per document, replaced whole; one that cannot be
 * read counts as none, and then nothing of either side is dropped.
 */
import { join } from 'node:path'
import { z } from 'zod'
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

export class Agreements {
  readonly #disk: Disk
  readonly #folder: string

  constructor(disk: Disk, folder: string) {
    this.#disk = disk
    this.#folder = folder
  }

  async get(documentId: string): Promise<Agreement | null> {
    try {
      const text = Buffer.from(await this.#disk.read(this.#path(documentId))).toString('utf8')
      return Agreement.parse(JSON.parse(text))
    } catch {
      return null
    }
  }

  /** Durable when settled. */
  async put(documentId: string, agreement: Agreement): Promise<void> {
    await this.#disk.makeFolder(this.#folder)
    await this.#disk.replace(this.#path(documentId), [JSON.stringify(agreement)])
  }

  remove(documentId: string): Promise<void> {
    return this.#disk.remove(this.#path(documentId))
  }

  #path(documentId: string): string {
    return join(this.#folder, `${documentId}.json`)
  }
}
