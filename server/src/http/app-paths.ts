/** pure. Addresses that the app reads: of notebooks, files, folders, runs and terminals. */

export const isOfApp = (path: string): boolean => /^\/(?:notebooks|runs|terminals)\//.test(path)
