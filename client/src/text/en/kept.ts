/** Words of edits that are not saved, and of notebooks without a file. */
export const kept = {
  'unsent.restored': 'Edits that were not saved the last time are in the notebook again.',
  'unsent.leaveTitle': 'Leave with unsaved edits?',
  'unsent.leaveHint':
    'The server cannot be reached. Your edits are kept in this browser and are saved when you open this notebook again.',
  'unsent.leave': 'Leave',
  'unsent.other': 'This browser has unsaved edits of another notebook that was at this path:',
  'unsent.insert': 'Insert them here',
  'unsent.discard': 'Discard',
  'fileGone.deleted':
    '{path} was deleted or moved out of the project. Your edits are kept here, and in no file.',
  'fileGone.replaced': 'Another notebook is at {path} now. This one is kept here, and in no file.',
  'fileGone.conflicted':
    "{path} has git's conflict markers. Your edits are kept here, and in no file until they are resolved.",
  'fileGone.save': 'Save it again',
  'fileGone.saveCopy': 'Save this one as a copy',
  'fileGone.open': 'Open the other one',
  'fileGone.saved': 'Saved as {path}',
  'notebook.goneName': '{name} was deleted',
  'notebook.goneHint': 'It is in the trash, in .yesterday/trash in the project folder.',
  'notebook.goneEdits': 'You have edits that were not saved before. They can go into a new notebook.',
  'notebook.goneSave': 'Save them in a new notebook',
} as const
