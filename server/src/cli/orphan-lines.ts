/** What was ended of killed programs, in words. */
import type { Orphans } from '../session/orphans.ts'
import { counted } from './text.ts'

/** Empty if nothing was. */
export function orphanLines(ended: Orphans | null): readonly string[] {
  if (ended === null || ended.sessions + ended.kernels + ended.scratch === 0) return []
  const { sessions, kernels, scratch } = ended
  const left = [counted(sessions, 'session'), counted(kernels, 'kernel'), counted(scratch, 'scratch folder')]
  return [`ended what killed programs left: ${left.join(', ')}`]
}
