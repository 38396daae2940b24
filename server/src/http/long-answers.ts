/**
 * Downloads and uploads that take longer than a moment. Invariant: one whose sender may not have it any more ends within a
 * second, as an open socket does.
 */
import type { ServerResponse } from 'node:http'
import { inBackground } from '@yesterday/kernel-bridge/background'

/** How often the rights of its sender are looked at, ms. */
const LOOK_MS = 200

/** `isLong` says whether to end it: what has no effect yet answers for itself, as the route checked the rights. */
export function endWhenRevoked(
  response: ServerResponse,
  isLong: () => boolean,
  mayStill: () => Promise<boolean>,
): void {
  const look = async (): Promise<void> => {
    if (isLong() && !(await mayStill())) response.destroy()
  }
  const looks = setInterval(() => inBackground(look(), 'comparing the rights of a request'), LOOK_MS)
  looks.unref()
  response.once('close', () => clearInterval(looks))
}
