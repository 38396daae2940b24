/** Saves one output as a file of the person's own. */

import { t } from '../text/text.ts'
import { notify } from '../ui/notices.ts'

/** Either `text` or, for pictures, the `url` of the bytes. `whole` gives more than `text`, where that is not all. */
export interface SavedOutput {
  readonly text?: string
  readonly url?: string
  readonly whole?: () => Promise<Blob>
  readonly name: string
  readonly mime: string
}

/** Offers the file to the browser; says so where the bytes cannot be had. */
export async function saveOutput(output: SavedOutput): Promise<void> {
  try {
    const blob = await bytesOf(output)
    const made = blob === null ? null : URL.createObjectURL(blob)
    const link = document.createElement('a')
    link.href = made ?? output.url ?? ''
    link.download = output.name
    link.click()
    if (made !== null) URL.revokeObjectURL(made)
  } catch {
    notify('error', t('outputs.failed'))
  }
}

async function bytesOf({ text, whole, mime }: SavedOutput): Promise<Blob | null> {
  if (whole !== undefined) return whole()
  return text === undefined ? null : new Blob([text], { type: mime })
}
