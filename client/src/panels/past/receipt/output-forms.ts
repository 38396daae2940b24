/** pure. The outputs of a run as they were shown. */
import { ERROR_MIME } from '@yesterday/server/contract/mime.ts'
import { historyForm, isPlainText } from '@yesterday/server/contract/mime-rules.ts'
import { outputGroups } from '@yesterday/server/contract/output-groups.ts'
import type { OutputEntry } from '@yesterday/server/contract/run.ts'

export const isPicture = (mime: string): boolean => historyForm(mime) === 'picture'
export const isText = (mime: string): boolean => historyForm(mime) === 'text'

/** The form of each output that is shown: a picture, else text, else what there is. */
export function shownForms(outputs: readonly OutputEntry[]): readonly OutputEntry[] {
  return outputGroups(outputs).flatMap((group) => {
    const best =
      group.find(({ mime }) => isPicture(mime)) ??
      group.find(({ mime }) => isPlainText(mime)) ??
      group.find(({ mime }) => isText(mime)) ??
      group[0]
    return best === undefined ? [] : [best]
  })
}

/** The words of a text output; an error is its traceback. */
export function wordsOf(mime: string, body: string): string {
  if (mime !== ERROR_MIME) return body
  try {
    const error: unknown = JSON.parse(body)
    return isError(error) ? [...error.traceback].join('\n') || `${error.ename}: ${error.evalue}` : body
  } catch {
    // Cut off, or written by another program: as it is.
    return body
  }
}

interface ErrorBody {
  readonly ename: string
  readonly evalue: string
  readonly traceback: readonly string[]
}

const isError = (value: unknown): value is ErrorBody =>
  typeof value === 'object' && value !== null && 'traceback' in value && Array.isArray(value.traceback)
