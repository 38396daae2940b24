/** Compares secrets. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Compares in constant time, so that the time does not reveal where they differ. */
export function equalSecrets(a: string, b: string): boolean {
  const left = createHmac('sha256', 'compare').update(a).digest()
  const right = createHmac('sha256', 'compare').update(b).digest()
  return timingSafeEqual(left, right)
}
