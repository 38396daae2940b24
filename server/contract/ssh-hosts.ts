/** Machines that are reached by SSH and whose kernels notebooks may use, as the page lists and edits them. */
import { z } from 'zod'
import { ServerId } from './jupyter-servers.ts'
import { plain } from './route.ts'

export const MOST_HOSTS = 50

/** `user@name`, or a name of the ssh configuration. It cannot be an option of ssh, nor hold what a shell reads. */
export const HostTarget = z
  .string()
  .trim()
  .regex(
    /^(?:[A-Za-z0-9_][\w.+-]{0,63}@)?[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/,
    'Write the host as user@name, or as it is called in your ssh configuration.',
  )

/** Absolute or below the home folder of the host. */
const HostPath = z
  .string()
  .trim()
  .regex(
    /^(?:~|(?:~?\/[^\p{C}'"`$\\!;|&<>*?]{1,1000}))$/u,
    'Write the path from / or ~/, without quotes and other characters that a shell reads.',
  )

const Port = z.number().int().min(1).max(65_535)

/** What a person enters. */
export const HostDraft = z.object({
  title: z.string().trim().min(1, 'Give the host a title.').max(80),
  target: HostTarget,
  port: Port.nullable().default(null),
  /** A Python or an environment over there; null looks in the usual places. */
  python: HostPath.nullable().default(null),
  /** Where kernels start. */
  folder: HostPath.default('~'),
})
export type HostDraft = z.input<typeof HostDraft>

export const HostKernel = z.object({
  name: z.string().regex(/^[\w.-]{1,200}$/),
  title: z.string().max(200),
  language: z.string().max(100),
})

export const SavedHost = HostDraft.extend({ id: ServerId, kernels: z.array(HostKernel).max(200) })
export type SavedHost = z.infer<typeof SavedHost>

export const SavedHosts = z.object({
  hosts: z.array(SavedHost),
  /** Names of the ssh configuration of the server's user. */
  configured: z.array(z.string()),
})
export type SavedHosts = z.infer<typeof SavedHosts>

const Text = z.string()

export const HostTest = z.object({
  /** Titles of the kernels that can be started. */
  kernels: z.array(Text),
  /** Of the machine, for people: `64 CPUs`, `NVIDIA H100 80GB`. */
  machine: z
    .object({
      host: Text,
      cpus: z.number(),
      memory: z.number(),
      gpus: z.array(z.object({ name: Text, driver: Text, memory: Text })),
      python: Text,
    })
    .nullable(),
  /** Why it cannot be used, for people; null if it can. */
  problem: Text.nullable(),
})
export type HostTest = z.infer<typeof HostTest>

const Named = z.object({ id: ServerId })

export const sshHostApi = {
  sshHosts: {
    ...plain,
    method: 'get',
    path: '/api/ssh-hosts',
    summary: 'Lists the machines that were added, and the names of the ssh configuration.',
    role: 'owner',
    answer: SavedHosts,
  },
  saveSshHost: {
    ...plain,
    method: 'put',
    path: '/api/ssh-hosts/:id',
    summary: 'Adds or changes a machine that is reached by SSH. Connects to nothing.',
    role: 'owner',
    params: Named,
    body: HostDraft,
    answer: SavedHosts,
  },
  testSshHost: {
    ...plain,
    method: 'post',
    path: '/api/ssh-hosts/:id/test',
    summary: 'Connects to a machine with these settings and lists its kernels. Starts nothing there.',
    role: 'owner',
    params: Named,
    body: HostDraft,
    answer: HostTest,
  },
  removeSshHost: {
    ...plain,
    method: 'delete',
    path: '/api/ssh-hosts/:id',
    summary: 'Removes a machine. Its running kernels go on there.',
    role: 'owner',
    reads: 'nothing',
    params: Named,
    answer: SavedHosts,
  },
} as const
