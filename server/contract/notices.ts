/**
 * What the server reports unasked. A notice has a code and the values of its phrase, so that a page words it in its
 * own language; `text` is the English phrase with its values, for the command line and for a page without that code.
 */

/** English phrases by code; `{name}` is a placeholder. To add a notice, add it here and in the other languages. */
export const noticeTexts = {
  'notice.savedAgain': 'Your edits are being saved again.',
  'notice.notSaved': 'Your edits are not saved: {reason}. The server keeps trying; leave this page open.',
  'notice.notSavedFull':
    'Your edits are not saved: the disk is full. The server keeps trying; leave this page open.',
  'notice.fileBack': '"{path}" is back. Your edits are saved in it again.',
  'notice.fileChanged': 'Not written to "{path}", which was changed: {reason}',
  'notice.fileDiskFull':
    'The disk is full: "{path}" was not written. Your edits are kept by the server, which tries again.',
  'notice.fileNotAllowed':
    'The server has no permission to write "{path}". Your edits are kept by the server, which tries again.',
  'notice.fileNotWritten':
    '"{path}" was not written ({reason}). Your edits are kept by the server, which tries again.',
  'notice.cellInBoth':
    "Cell {cell} was changed here and in the file. The file's text is in the cell below it.",
  'notice.conflicts':
    'The file changed in the same lines as the notebook here: {count} conflicts. Both versions are kept; resolve them.',
  'notice.cellStays': 'Cell {cell} was deleted in the file, but changed here; it stays.',
  'notice.sessionFailed': 'Something went wrong in this session ({action}): {reason}.',
  'notice.widgetMessage': 'A message to a widget could not be delivered: it {reason}.',
  'notice.historyStalled':
    'The history cannot be written ({reason}). It is tried again; nothing new runs until then.',
  'notice.historyGap': 'The history of this session has a gap: {reason}. Run "yesterday fsck" to see more.',
  'notice.notRecovered':
    'The previous session could not be reattached in full. Finished runs are in the history. {reason}',
  'notice.slowPage':
    'This page read too slowly and was disconnected. It is up to date again, but messages of widgets were skipped: reload the page if a widget looks wrong.',
} as const

export type NoticeCode = keyof typeof noticeTexts

/** A notice without its level. */
export interface NoticeWords {
  readonly code: NoticeCode
  readonly values: Readonly<Record<string, string>>
  readonly text: string
}

type Gaps<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Gaps<Rest>
  : never

/** pure. The notice of this code; a call that misses a value does not compile. */
export function noticeWords<Code extends NoticeCode>(
  code: Code,
  values: { readonly [Name in Gaps<(typeof noticeTexts)[Code]>]: string },
): NoticeWords {
  const named: Readonly<Record<string, string>> = values
  const text = noticeTexts[code].replace(/\{(\w+)\}/g, (gap, name: string) => named[name] ?? gap)
  return { code, values: named, text }
}
