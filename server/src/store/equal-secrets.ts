/** Compares secrets. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Without telling by the time taken where they differ. */
export function equalSecrets(a: string, b: string): boolean {
  const left = createHmac('sha256', 'compare').update(a).digest()
  const right = createHmac('sha256', 'compare').update(b).digest()
  return timingSafeEqual(left, right)
}
