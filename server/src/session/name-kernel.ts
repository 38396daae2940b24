/**
 * The notebook says which kernel it is for, as nbformat has it, so that other programs open it rightly. Invariant: what
 * it says already stands, unless a person chose another kernel; the same kernel again changes nothing in the file.
 */
import type { Kernel } from '@yesterday/kernel-bridge'
import type * as Y from 'yjs'
import { metadataOf, origin } from '../../contract/document.ts'

/** Writes `kernelspec` and `language_info` (https://nbformat.readthedocs.io/en/latest/format_description.html). */
export function nameKernel(doc: Y.Doc, { spec, info }: Kernel, wasChosen: boolean): void {
  const metadata = metadataOf(doc)
  const kernelspec = { display_name: spec.displayName, language: spec.language, name: spec.name }
  doc.transact(() => {
    if (wasChosen || !metadata.has('kernelspec')) metadata.set('kernelspec', kernelspec)
    if (info.language_info !== undefined && (wasChosen || !metadata.has('language_info')))
      metadata.set('language_info', info.language_info)
  }, origin.server)
}
