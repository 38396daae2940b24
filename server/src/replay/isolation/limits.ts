/** pure. How much a replay may write: by the machine, and by `YESTERDAY_REPLAY_MIB`. */
import { totalmem } from 'node:os'

const MIB = 1024 * 1024
const DISK_MIB = 64 * 1024

/** In bytes: where layers are in memory a quarter of it, on disk 64 GiB; never more than the variable says. */
export function writeLimits(env: NodeJS.ProcessEnv, memory = totalmem()) {
  const asked = Number(env.YESTERDAY_REPLAY_MIB)
  const limit = Number.isFinite(asked) && asked > 0 ? asked * MIB : DISK_MIB * MIB
  return { memory: Math.min(limit, Math.floor(memory / 4)), disk: limit }
}
