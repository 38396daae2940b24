/**
 * The notebook says which kernel it is for, as nbformat has it, so that other programs open it rightly. Invariant: what
 * it says already stays, unless a person chose another kernel; the same kernel again changes nothing in the file.
 */
import type { Kernel } from '@yesterday/kernel-bridge'
import type * as Y from 'yjs'
import { z } from 'zod'
import { ensureMetadata, origin } from '../../contract/document.ts'
import { escapeJson, isLargerThan, type Json } from '../../contract/json.ts'
import { whyTooDeep } from '../document/not-shown.ts'

/** UTF-16 units of its JSON. */
const INFO_LIMIT = 16 * 1024
/** As nbformat 4 requires it. */
const LanguageInfo = z.looseObject({
  name: z.string(),
  codemirror_mode: z.union([z.string(), z.looseObject({})]).optional(),
  file_extension: z.string().optional(),
  mimetype: z.string().optional(),
  pygments_lexer: z.string().optional(),
})

/** Writes `kernelspec` and `language_info` (https://nbformat.readthedocs.io/en/latest/format_description.html). */
export function nameKernel(doc: Y.Doc, { spec, info }: Kernel, wasChosen: boolean): void {
  const metadata = ensureMetadata(doc)
  const kernelspec = { display_name: spec.displayName, language: spec.language, name: spec.name }
  const languageInfo = readLanguageInfo(info.language_info)
  doc.transact(() => {
    if (wasChosen || !metadata.has('kernelspec')) metadata.set('kernelspec', kernelspec)
    if (languageInfo !== null && (wasChosen || !metadata.has('language_info')))
      metadata.set('language_info', languageInfo)
  }, origin.server)
}

/** What the kernel says of its language; null where a notebook could not hold it. */
function readLanguageInfo(info: unknown): Json | null {
  if (whyTooDeep(info) !== null || isLargerThan(INFO_LIMIT, info)) return null
  return LanguageInfo.safeParse(info).success ? escapeJson(info) : null
}
