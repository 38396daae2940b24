/** Where the frame's page and its libraries are. Outputs may change the page's base, so it is read before they run. */
export const FOLDER: string =
  typeof location === 'undefined'
    ? '/sandbox/'
    : (/^.*\/sandbox\//.exec(location.pathname)?.[0] ?? '/sandbox/')
