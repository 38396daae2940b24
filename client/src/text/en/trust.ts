/** The question whether a folder from elsewhere is trusted. */
export const trust = {
  'trust.label': 'Trust in this folder',
  'trust.unsigned': 'This folder’s history was made elsewhere.',
  'trust.moved': 'This folder is a copy of one of yours.',
  'trust.link': 'The history of this folder is a link to another place.',
  'trust.means':
    'You can read its notebooks and history, and edit. No code runs until you trust it: code in it can do whatever you can do on this machine.',
  'trust.linkMeans':
    'You can read its notebooks and history. To run code, replace .yesterday by a folder, or remove it.',
  'trust.do': 'Trust this folder',
  'trust.doing': 'Opening…',
  'trust.later': 'Just read',
} as const
