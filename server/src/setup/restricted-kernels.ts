/**
 * The kernels of a folder that is not trusted: none. Invariant: no kernel is looked for, signalled, adopted or removed,
 * and none is started.
 */
import type { Kernels } from '@yesterday/kernel-bridge'

/** Why nothing runs, in words for a person. */
export const NOT_TRUSTED =
  'This folder is not trusted yet, so no code runs. Its history was made elsewhere; trust the folder to run code in it.'

export const restrictedKernels: Kernels = {
  places: async () => [],
  specs: () => Promise.reject(new Error(NOT_TRUSTED)),
  start: () => Promise.reject(new Error(NOT_TRUSTED)),
  find: async () => null,
  list: async () => [],
  ownership: async () => 'unknown',
  end: async () => false,
  endOrphans: async () => 0,
  objectsOf: async () => null,
  salvage: async () => [],
  moveSpool: async () => [],
  forget: async () => undefined,
  prewarm: () => undefined,
  close: async () => undefined,
}
