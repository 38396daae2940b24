/** Attachments of a Markdown cell (nbformat 4: name → MIME type → base64), as the document holds them. */
import type { YCell } from '@yesterday/server/contract/document.ts'
import { escapeKey } from '@yesterday/server/contract/json.ts'
import * as Y from 'yjs'

/** A name for an attachment that the cell does not have yet: `image.png`, `image-1.png`. */
export function attachmentName(cell: YCell, wanted: string): string {
  const taken = new Set(Object.keys(attachmentsOf(cell)))
  // Half of a character cannot be part of an address.
  const printable = wanted.slice(-100).replace(/[\\/\p{Cc}\p{Cf}\p{Cs}]/gu, '_') || 'image'
  // A name such as `constructor` would be escaped in the document.
  const plain = escapeKey(printable) === printable ? printable : `image-${printable}`
  const [, stem = plain, extension = ''] = /^(.+?)(\.\w{1,8})?$/u.exec(plain) ?? []
  for (let count = 0; ; count++) {
    const name = count === 0 ? plain : `${stem}-${count}${extension}`
    if (!taken.has(name)) return name
  }
}

/** Adds an attachment; call it in a transaction. Two people may add at once: each has an entry of its own. */
export function attach(cell: YCell, name: string, mime: string, base64: string): void {
  const present = cell.get('attachments')
  const map: Y.Map<unknown> =
    present instanceof Y.Map ? present : new Y.Map<unknown>(Object.entries(attachmentsOf(cell)))
  if (map !== present) cell.set('attachments', map)
  map.set(name, { [mime]: base64 })
}

/** The Markdown that shows an attachment. */
export function imageReference(name: string): string {
  const alt = name.replace(/\.\w+$/, '').replace(/[[\]\\]/g, ' ')
  const address = encodeURIComponent(name).replace(/[()']/g, (one) => `%${one.charCodeAt(0).toString(16)}`)
  return `![${alt}](attachment:${address})`
}

function attachmentsOf(cell: YCell): Readonly<Record<string, unknown>> {
  const present = cell.get('attachments')
  if (present instanceof Y.Map) return present.toJSON()
  return typeof present === 'object' && present !== null ? { ...present } : {}
}
