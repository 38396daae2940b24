/** pure. How long to wait before the n-th try to connect again. */

const FIRST_MS = 250
/** The server is on this machine, where a try costs little, and a person who has restarted it is waiting. */
const LONGEST_MS = 4_000

/**
 * Milliseconds before try `attempt` (from 0): doubled each time up to 4 s, and spread over the upper half by
 * `random` in [0, 1), so that the pages of a room do not all come back in the same instant.
 */
export function retryDelay(attempt: number, random: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10))
  return Math.round(longest * (0.5 + random / 2))
}
