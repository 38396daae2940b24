/**
 * Measures processes and their machine when it is asked, and not otherwise: nothing runs while no page looks. Invariant:
 * at most one measurement a second, whatever the number of callers.
 */
import { cpus } from 'node:os'
import type { HostUse, ProcessUse } from '../../contract/machines.ts'
import { Gpus } from './gpus.ts'
import { busyMs, type Disk, diskNow, type Memory, memoryNow } from './host.ts'
import { type LookAtTree, lookAtTree } from './processes.ts'

/** Where measurements come from; others in tests. */
export interface MeterParts {
  readonly now: () => number
  readonly busyMs: () => number
  readonly memory: () => Promise<Memory>
  readonly disk: () => Promise<Disk>
  readonly tree: LookAtTree
  readonly gpus: Pick<Gpus, 'look'>
}

export interface Measured {
  readonly host: HostUse
  /** By the pid that was asked for. */
  readonly processes: ReadonlyMap<number, ProcessUse>
  readonly isMemoryShort: boolean
}

const EVERY_MS = 1_000
/** Memory is short below a twentieth, or below 256 MiB if that is less. */
const SHORT_SHARE = 0.05
const SHORT_BYTES = 256 * 1024 * 1024

export const isShort = ({ memoryUsed, memoryTotal }: Memory): boolean =>
  memoryTotal - memoryUsed < Math.min(memoryTotal * SHORT_SHARE, SHORT_BYTES)

interface Sample {
  readonly at: number
  readonly cpuMs: number
}

export class Meter {
  readonly #parts: MeterParts
  readonly #cores = Math.max(1, cpus().length)
  #host: Sample | null = null
  #processes = new Map<number, Sample>()
  #last: { readonly at: number; readonly pids: string; readonly measured: Promise<Measured> } | null = null

  constructor(root: string, parts: Partial<MeterParts> = {}) {
    this.#parts = {
      now: () => performance.now(),
      busyMs,
      memory: () => memoryNow(),
      disk: () => diskNow(root),
      tree: lookAtTree,
      gpus: new Gpus(),
      ...parts,
    }
  }

  /** Of these processes and all below them. CPU is the mean since the measurement before; null in the first one. */
  measure(pids: readonly number[]): Promise<Measured> {
    const key = [...pids].sort((a, b) => a - b).join(' ')
    const at = this.#parts.now()
    if (this.#last !== null && this.#last.pids === key && at - this.#last.at < EVERY_MS)
      return this.#last.measured
    const measured = this.#measure(pids, at)
    this.#last = { at, pids: key, measured }
    return measured
  }

  async #measure(pids: readonly number[], at: number): Promise<Measured> {
    const { memory, disk, gpus } = this.#parts
    const gpu = gpus.look()
    const [used, free, trees] = await Promise.all([memory(), disk(), Promise.all(pids.map(this.#parts.tree))])
    const before = this.#processes
    this.#processes = new Map()
    const processes = new Map<number, ProcessUse>()
    for (const [place, pid] of pids.entries()) {
      const tree = trees[place] ?? null
      if (tree === null) continue
      this.#processes.set(pid, { at, cpuMs: tree.cpuMs })
      const held = tree.pids.flatMap((one) => gpu.byPid.get(one) ?? [])
      processes.set(pid, {
        processes: tree.pids.length,
        memory: tree.memory,
        cpu: share(before.get(pid), { at, cpuMs: tree.cpuMs }),
        gpuMemory: held.length === 0 ? null : held.reduce((sum, one) => sum + one, 0),
      })
    }
    const host = { at, cpuMs: this.#parts.busyMs() }
    const cpu = share(this.#host ?? undefined, host)
    this.#host = host
    return {
      host: { cores: this.#cores, cpu, ...used, ...free, gpus: [...gpu.gpus] },
      processes,
      isMemoryShort: isShort(used),
    }
  }
}

/** Percent of one core between two samples. A process below the root that has ended takes its time with it: then 0. */
function share(before: Sample | undefined, now: Sample): number | null {
  if (before === undefined || now.at <= before.at) return null
  return Math.max(0, (100 * (now.cpuMs - before.cpuMs)) / (now.at - before.at))
}
