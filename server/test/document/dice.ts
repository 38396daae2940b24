/** Chance that can be had again: numbers below `limit`, the same for the same seed (linear congruence, Knuth's constants). */
export function dice(seed: number): (limit: number) => number {
  let state = BigInt(seed)
  return (limit) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
    return Number((state >> 33n) % BigInt(limit))
  }
}
