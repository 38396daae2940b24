/** Words of addresses, and of what is not there. */
export const links = {
  'link.copy': 'Copy link',
  'link.again': 'Copy',
  'link.copied': 'The link was copied.',
  'link.to': 'Copy a link to {name}',
  'link.output': 'Copy a link to this output',
  'link.version': 'Copy a link to this version of {name}',
  'link.noCell': 'The cell of this link is not in the notebook any more.',
  'link.noComment': 'The comment of this link was deleted.',
  'link.noRun': 'There is no such run',
  'link.noRunHint': 'The link may be of another project, or the run is not recorded here.',
  'link.noAccessHint': '“{path}” is not in this project, or you may not see it.',
  'link.askOwner': 'Ask for access: {owners}.',
  'link.noNotebook': 'There is no notebook here',
  'link.noNotebookHint': '“{path}” is not in this project. It may have been renamed, moved or deleted.',
} as const
