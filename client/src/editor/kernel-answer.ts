/** pure. Answers of a kernel that may be too busy to give one. */

/** In place of an answer: the kernel had no time for one yet. */
export const LATE = Symbol('the kernel did not answer in time')
/** A question waits for 10 s each time. */
const MOST_TRIES = 6

/** Asks again while the kernel is late and its answer is wanted; `LATE` where none came. */
export async function askUntilAnswered(
  ask: () => Promise<unknown>,
  isWanted: () => boolean,
): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    const answer = await ask()
    if (answer !== LATE || tries === MOST_TRIES || !isWanted()) return answer
  }
}
