/** Memory, disk and processors of the machine, or of the container or job that the server runs in. */
import { readFile, statfs } from 'node:fs/promises'
import { cpus, freemem, totalmem } from 'node:os'
import { join } from 'node:path'

export interface Memory {
  readonly memoryUsed: number
  readonly memoryTotal: number
  readonly isLimited: boolean
}

/** Where limits are written; other folders in tests. */
export interface HostPlaces {
  readonly proc: string
  readonly cgroup: string
}

const PLACES: HostPlaces = { proc: '/proc', cgroup: '/sys/fs/cgroup' }

/** Of the machine, or of the smallest cgroup limit above this process if that is less. */
export async function memoryNow(places: HostPlaces = PLACES): Promise<Memory> {
  const machine = await machineMemory(places.proc)
  const limits = await cgroupMemory(places)
  const least = limits.reduce<Memory | null>(
    (best, one) =>
      best === null || one.memoryTotal - one.memoryUsed < best.memoryTotal - best.memoryUsed ? one : best,
    null,
  )
  if (least === null || least.memoryTotal >= machine.memoryTotal) return machine
  return least
}

async function machineMemory(proc: string): Promise<Memory> {
  const text = await textOf(join(proc, 'meminfo'))
  const bytes = (name: string): number | null => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text ?? '')?.[1]
    return found === undefined ? null : Number(found) * 1024
  }
  const [total, available] = [bytes('MemTotal') ?? totalmem(), bytes('MemAvailable') ?? freemem()]
  return { memoryUsed: Math.max(0, total - available), memoryTotal: total, isLimited: false }
}

/** Version 2: one tree. Version 1: the tree of the memory controller. A file cache is given back, so it is not used. */
async function cgroupMemory({ proc, cgroup }: HostPlaces): Promise<readonly Memory[]> {
  const lines = ((await textOf(join(proc, 'self/cgroup'))) ?? '').split('\n')
  const own = (controller: string): string | undefined =>
    lines
      .map((line) => line.split(':'))
      .find(([, names]) => (names ?? '').split(',').includes(controller))?.[2]
  const unified = own('')
  const found = [
    ...(unified === undefined ? [] : foldersUp(cgroup, unified)).map((folder) =>
      limitOf(folder, 'memory.max', 'memory.current', 'inactive_file'),
    ),
    ...foldersUp(join(cgroup, 'memory'), own('memory') ?? '/').map((folder) =>
      limitOf(folder, 'memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'),
    ),
  ]
  return (await Promise.all(found)).filter((one) => one !== null)
}

/** A container sees its own cgroup as the root, and the path that the host gave it does not exist there. */
const foldersUp = (root: string, path: string): readonly string[] => {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..')
  return parts.map((_, at) => join(root, ...parts.slice(0, parts.length - at))).concat(root)
}

async function limitOf(
  folder: string,
  limit: string,
  current: string,
  cache: string,
): Promise<Memory | null> {
  const [most, used, stat] = await Promise.all(
    [limit, current, 'memory.stat'].map((name) => textOf(join(folder, name))),
  )
  const [memoryTotal, all] = [numberOf(most), numberOf(used)]
  if (memoryTotal === null || all === null || memoryTotal <= 0) return null
  const cached = numberOf(new RegExp(`^${cache} (\\d+)$`, 'm').exec(stat ?? '')?.[1] ?? '0') ?? 0
  return { memoryUsed: Math.max(0, all - cached), memoryTotal, isLimited: true }
}

/** Null for `max` and for what is no number. */
function numberOf(text: string | null | undefined): number | null {
  const value = Number((text ?? '').trim() || 'none')
  return Number.isFinite(value) ? value : null
}

export interface Disk {
  readonly diskFree: number | null
  readonly diskTotal: number | null
}

export async function diskNow(folder: string): Promise<Disk> {
  const found = await statfs(folder).catch(() => null)
  if (found === null) return { diskFree: null, diskTotal: null }
  return { diskFree: found.bavail * found.bsize, diskTotal: found.blocks * found.bsize }
}

/** Milliseconds in which processors were busy, summed over all, since the machine started. */
export function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
}

const textOf = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)
