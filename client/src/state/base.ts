/** Below which path of its host the app is: '' or `/path`, as the server writes it into the page (`--public-url`). */
export const BASE: string =
  typeof document === 'undefined' ? '' : (document.documentElement.dataset.base ?? '')
