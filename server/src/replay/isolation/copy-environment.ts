/** pure. Where programs in a copy keep what they would else write to the home and temporary folders. */
export const copyEnvironment = (folder: string): Readonly<Record<string, string>> => ({
  TMPDIR: folder,
  MPLCONFIGDIR: folder,
  IPYTHONDIR: folder,
  NUMBA_CACHE_DIR: folder,
})
