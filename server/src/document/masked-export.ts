/**
 * What leaves the project as an export, without its secrets: also what was recorded before they were masked. The rule is
 * one for all formats: code and texts have placeholders, and bytes that hold a secret or belong to the history stay here.
 */
import { isSecretFile, type Masker } from '@yesterday/kernel-bridge'
import type { Edge, Receipt } from '../../contract/run.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { CellForm, NotebookForm } from './cell-form.ts'

/** Larger texts are looked through for known values alone. */
const TEXT_LIMIT = 16 * 1024 * 1024

type ReadObject = (digest: string) => Promise<Uint8Array | null>

/** A receipt as it may be shown to others. */
export function maskedReceipt(receipt: Receipt, secrets: Secrets): Receipt {
  const source = secrets.maskSource(receipt.source)
  return { ...secrets.masker.maskTree({ ...receipt, source: '' }), source }
}

/** Objects as they may be shown to others; null for one whose secret cannot be masked. */
export const maskedReader =
  (read: ReadObject, { masker }: Secrets): ReadObject =>
  async (digest) => {
    const bytes = await read(digest)
    return bytes === null ? null : maskedBytes(bytes, masker)
  }

function maskedBytes(bytes: Uint8Array, masker: Masker): Uint8Array | null {
  const text = bytes.length <= TEXT_LIMIT ? asText(bytes) : null
  if (text === null) return masker.known.inBytes(bytes) ? null : bytes
  const masked = masker.mask(text)
  const safe = masked === text ? bytes : Buffer.from(masked)
  return masker.known.inBytes(safe) ? null : safe
}

/** Null if the bytes are not a text. */
export function asText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/** Whether a file's bytes may leave: those of credentials never do. */
export const mayLeave = ({ kind, name }: Pick<Edge, 'kind' | 'name'>): boolean =>
  kind !== 'file' || !isSecretFile(name)

/** A notebook as it may be shown to others; outputs must be in full. */
export function maskedForm(form: NotebookForm, secrets: Secrets): NotebookForm {
  return {
    ...form,
    metadata: secrets.masker.maskTree(form.metadata),
    cells: form.cells.map((cell) => maskedCell(cell, secrets)),
  }
}

function maskedCell(cell: CellForm, { masker }: Secrets): CellForm {
  const source = masker.mask(cell.source, { isCode: cell.type === 'code' })
  return {
    ...masker.maskTree({ ...cell, source: '', attachments: null }),
    source,
    attachments: cell.attachments,
  }
}
