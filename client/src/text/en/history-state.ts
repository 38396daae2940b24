/** The project's history is gone or damaged while it is open. */
export const historyState = {
  'historyState.label': 'State of the history',
  'historyState.gone': 'The history of this project (.yesterday) was removed or replaced while it was open.',
  'historyState.goneMeans':
    'Edits and runs are not saved. Leave this page open, and write the history again.',
  'historyState.damaged': 'The history of this project is damaged.',
  'historyState.damagedMeans':
    'Edits and runs are not saved. Leave this page open, stop the server, and run “yesterday fsck --salvage”.',
  'historyState.write': 'Write the history again',
  'historyState.writing': 'Writing…',
  'historyState.written': 'The history was written again. Edits and runs are saved.',
  'historyState.writtenLost': {
    one: 'The history was written again, without {count} large stored value. “yesterday fsck” names it.',
    other: 'The history was written again, without {count} large stored values. “yesterday fsck” names them.',
  },
  'historyState.aside': 'What was in its place is in {aside}.',
} as const
