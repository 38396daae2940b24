/** Words of headings, folds, and of finding. */
export const outline = {
  'outline.contents': 'Contents',
  'outline.fold': 'Fold “{text}”',
  'outline.open': 'Open “{text}”',
  'outline.hidden': { one: '{count} cell', other: '{count} cells' },
  'outline.sourceFolded': 'Code folded',
  'outline.outputsFolded': 'Outputs folded',
  'command.foldHeading': 'Fold the section',
  'command.openHeading': 'Open the section',
  'command.toggleSource': 'Fold or open the code',
  'command.toggleOutputs': 'Fold or open the outputs',
} as const
