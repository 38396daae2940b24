/**
 * Names of temporary folders that end with the process that made them. The owner is in the name, so that a folder never
 * exists without one: whatever kills the owner, the next program removes what it left. Imports nothing that loads ZeroMQ.
 */
import { createHash } from 'node:crypto'
import { identifyProcess, ownProcess, type ProcessIdentity } from './process-identity.ts'

/** A kernel's folder while it is made or removed. No kernel's id begins so. */
const STARTING = '.new-'

/** A name for a folder of this process. */
export const ownedName = (id: string): string => `${id}.${ownerOf(ownProcess())}`

const ownerOf = ({ pid, started }: ProcessIdentity): string =>
  `${pid}.${createHash('sha256').update(started).digest('hex').slice(0, 12)}`

/** True if the process that named this folder runs; false as well for a name that says nothing of an owner. */
export function hasOwner(name: string): boolean {
  const [, pid, started] = /\.(\d+)\.([0-9a-f]{12})$/.exec(name) ?? []
  const running = pid === undefined ? null : identifyProcess(Number(pid))
  return running !== null && ownerOf(running) === `${pid}.${started}`
}

export const startingName = (kernelId: string): string => ownedName(`${STARTING}${kernelId}`)

/** True for the folder of a kernel whose program was killed while it made or removed it. */
export const isCutStart = (name: string): boolean => name.startsWith(STARTING) && !hasOwner(name)
