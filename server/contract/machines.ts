/** What kernels and their machine use now: CPU, memory, disk, GPU. Bytes and percent; null where it cannot be measured. */
import { z } from 'zod'
import { Actor } from './actor.ts'
import { DocumentId, Timestamp } from './ids.ts'
import { plain } from './route.ts'
import { KernelState } from './session.ts'

const Bytes = z.number().nonnegative()
/** 100 is one processor core that is busy all the time. */
const Percent = z.number().nonnegative()

export const Gpu = z.object({
  name: z.string(),
  /** Of its time in which at least one kernel of the GPU ran. */
  busy: Percent.nullable(),
  memoryUsed: Bytes.nullable(),
  memoryTotal: Bytes.nullable(),
})
export type Gpu = z.infer<typeof Gpu>

export const HostUse = z.object({
  cores: z.number().positive(),
  cpu: Percent.nullable(),
  memoryUsed: Bytes,
  memoryTotal: Bytes,
  /** The total is a limit of the container or job, and not the memory of the machine. */
  isLimited: z.boolean(),
  /** Of the disk that has the project. */
  diskFree: Bytes.nullable(),
  diskTotal: Bytes.nullable(),
  gpus: z.array(Gpu),
})
export type HostUse = z.infer<typeof HostUse>

/** Of a process and everything below it. Memory that processes share is counted for each. */
export const ProcessUse = z.object({
  processes: z.number().int().positive(),
  cpu: Percent.nullable(),
  memory: Bytes,
  gpuMemory: Bytes.nullable(),
})
export type ProcessUse = z.infer<typeof ProcessUse>

export const KernelUse = z.object({
  document: DocumentId,
  path: z.string(),
  displayName: z.string().nullable(),
  state: KernelState,
  /** Who ran the session's first cell; null before that. */
  startedBy: Actor.nullable(),
  started: Timestamp.nullable(),
  /** Null while there is no process, and on systems where processes cannot be looked at. */
  use: ProcessUse.nullable(),
})
export type KernelUse = z.infer<typeof KernelUse>

export const Machines = z.object({
  host: HostUse,
  kernels: z.array(KernelUse),
  /** Memory is about to end: the system may end a kernel without a warning. */
  isMemoryShort: z.boolean(),
})
export type Machines = z.infer<typeof Machines>

export const machineApi = {
  machines: {
    ...plain,
    method: 'get',
    path: '/api/machines',
    summary: 'Returns what kernels and their machine use now. It is measured at most once a second.',
    role: 'viewer',
    answer: Machines,
  },
  stopKernel: {
    ...plain,
    method: 'delete',
    path: '/api/machines/kernels/:document',
    summary: 'Stops the kernel of a notebook. Its variables are lost; the record stays.',
    role: 'runner',
    reads: 'nothing',
    params: z.object({ document: DocumentId }),
    answer: null,
    status: 204,
  },
} as const
