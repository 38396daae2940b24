/**
 * pure. Attachments of a markdown cell (nbformat 4): name → MIME type → base64. They come from files and from other
 * people, so nothing here throws and no name reaches `Object.prototype`.
 */
import { isEmbeddableImage } from '@yesterday/server/contract/mime-rules.ts'
import { z } from 'zod'

export type Attachments = ReadonlyMap<string, ReadonlyMap<string, string>>

export const noAttachments: Attachments = new Map()

const Bundle = z.record(z.string(), z.unknown())

/** The attachments in a cell's `attachments`. Members that nbformat does not allow are left out. */
export function readAttachments(value: unknown): Attachments {
  const names = Bundle.safeParse(value).data ?? {}
  return new Map(Object.entries(names).map(([name, bundle]) => [name, readBundle(bundle)]))
}

function readBundle(value: unknown): ReadonlyMap<string, string> {
  const entries = Object.entries(Bundle.safeParse(value).data ?? {})
  return new Map(entries.flatMap(([mime, data]) => (typeof data === 'string' ? [[mime, data]] : [])))
}

/** A data URL of the image that `attachment:<reference>` names; null where the cell has no such image. */
export function attachmentUrl(attachments: Attachments, reference: string): string | null {
  const bundle = attachments.get(reference) ?? attachments.get(decoded(reference))
  const image = [...(bundle ?? [])].find(([mime]) => isEmbeddableImage(mime))
  return image === undefined ? null : `data:${image[0]};base64,${image[1].replace(/\s/g, '')}`
}

/** A percent-encoded name. Editors write UTF-8; names in other encodings (`caf%E9.png`) are read as Latin-1. */
export function decoded(reference: string): string {
  try {
    return decodeURIComponent(reference)
  } catch {
    return reference.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
  }
}
