/** Kinds of jobs of a Slurm cluster, as the page lists and edits them. The kernel bridge has the rules of each value. */
import { z } from 'zod'
import { ServerId } from './jupyter-servers.ts'
import { plain } from './route.ts'

export const MOST_SLURM = 50

const Word = z.string().trim().max(500).nullable().default(null)

/** What a person enters. Null leaves it to the cluster. */
export const SlurmDraft = z.object({
  title: z.string().trim().min(1, 'Give it a title.').max(80),
  /** The host of `/api/ssh-hosts` on which Slurm's programs run; null for the server's machine. */
  host: ServerId.nullable().default(null),
  partition: Word,
  account: Word,
  /** Minutes, `1:30:00` or `2-12:00:00`. */
  time: Word,
  cpus: z.number().int().min(1).max(4_096).nullable().default(null),
  /** `2` or `a100:2`. */
  gpus: Word,
  /** `8G`. */
  memory: Word,
  /** A Python over there, or the folder of an environment. */
  python: Word,
  folder: z.string().trim().min(1).max(500).default('~'),
  /** Further options of `sbatch`: `--qos=high`. */
  extra: z.array(z.string().max(300)).max(20).default([]),
})
export type SlurmDraft = z.input<typeof SlurmDraft>

export const SavedSlurm = SlurmDraft.extend({ id: ServerId })
export type SavedSlurm = z.output<typeof SavedSlurm>
export const SavedSlurms = z.object({ entries: z.array(SavedSlurm) })
export type SavedSlurms = z.output<typeof SavedSlurms>

const Partition = z.object({
  name: z.string(),
  isDefault: z.boolean(),
  isUp: z.boolean(),
  timeLimit: z.string(),
  idleNodes: z.number(),
  nodes: z.number(),
  /** Of each node. */
  cpus: z.string(),
  /** MB of each node. */
  memory: z.string(),
  gres: z.string().nullable(),
})

export const SlurmCluster = z.object({
  partitions: z.array(Partition),
  /** Why the cluster cannot be used, for people; null if it can. */
  problem: z.string().nullable(),
})
export type SlurmCluster = z.infer<typeof SlurmCluster>

/** Why no job can be submitted so, for people; null if one can. */
export const SlurmTest = z.object({ problem: z.string().nullable() })
export type SlurmTest = z.infer<typeof SlurmTest>

const Named = z.object({ id: ServerId })

export const slurmApi = {
  slurm: {
    ...plain,
    method: 'get',
    path: '/api/slurm',
    summary: 'Lists the kinds of Slurm jobs that were added.',
    role: 'owner',
    answer: SavedSlurms,
  },
  slurmCluster: {
    ...plain,
    method: 'get',
    path: '/api/slurm-cluster',
    summary: 'Asks Slurm for its partitions, with their limits and states: here, or on a login host.',
    role: 'owner',
    query: z.object({ host: ServerId.optional() }),
    answer: SlurmCluster,
  },
  saveSlurm: {
    ...plain,
    method: 'put',
    path: '/api/slurm/:id',
    summary: 'Adds or changes a kind of Slurm job. A value that could be more than a value is refused.',
    role: 'owner',
    params: Named,
    body: SlurmDraft,
    answer: SavedSlurms,
  },
  testSlurm: {
    ...plain,
    method: 'post',
    path: '/api/slurm/:id/test',
    summary: 'Asks Slurm whether it would take such a job. Submits and saves nothing.',
    role: 'owner',
    params: Named,
    body: SlurmDraft,
    answer: SlurmTest,
  },
  removeSlurm: {
    ...plain,
    method: 'delete',
    path: '/api/slurm/:id',
    summary: 'Removes a kind of Slurm job. Its running jobs go on.',
    role: 'owner',
    reads: 'nothing',
    params: Named,
    answer: SavedSlurms,
  },
} as const
