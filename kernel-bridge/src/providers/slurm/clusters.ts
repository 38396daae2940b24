/** The clusters of the entries: this machine's, and those behind login hosts. Each has one queue and one look for all entries. */

import type { Environment } from '../ssh/command.ts'
import { SshHost } from '../ssh/host.ts'
import { ClusterLooks } from './cluster-look.ts'
import { type Commands, localCommands } from './commands.ts'
import { JobQueue } from './queue.ts'
import type { JobView } from './queue-lines.ts'
import type { SlurmEntry } from './settings.ts'
import { noCommands, sshCommands } from './ssh-commands.ts'

/** A live job, and the programs that reach it. */
export interface ClusterJob extends JobView {
  readonly commands: Commands
}

export class Cluster {
  readonly commands: Commands
  readonly looks: ClusterLooks
  #queue: JobQueue | null = null

  constructor(commands: Commands) {
    this.commands = commands
    this.looks = new ClusterLooks(commands)
  }

  queueOf({ pollMs }: SlurmEntry): JobQueue {
    this.#queue ??= new JobQueue(this.commands, pollMs)
    return this.#queue
  }
}

export class Clusters {
  readonly #hosts: () => readonly unknown[]
  readonly #environment: Environment
  /** By host and its settings. */
  readonly #known = new Map<string, Cluster>()

  constructor(hosts: () => readonly unknown[], environment: Environment) {
    this.#hosts = hosts
    this.#environment = environment
  }

  /** Other settings of a host make another cluster. */
  of({ host: id }: Pick<SlurmEntry, 'host'>): Cluster {
    const host = id === null ? null : hostIn(this.#hosts(), id)
    const key = host === null ? `${id}` : JSON.stringify([host.target, host.port, host.config, host.title])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const cluster = new Cluster(commandsOf(id, host, this.#environment))
    this.#known.set(key, cluster)
    return cluster
  }
}

/** All jobs of the user. Never rejects: `onProblem` hears why a cluster could not be asked. */
export async function jobsOf(
  clusters: ReadonlySet<Cluster>,
  onProblem: (why: unknown) => void,
): Promise<readonly ClusterJob[]> {
  const all = [...clusters].map(async ({ commands }) => {
    const jobs = await new JobQueue(commands, 5_000).jobs()
    return jobs.map((job) => ({ ...job, commands }))
  })
  const found = await Promise.allSettled(all)
  return found.flatMap((one) => {
    if (one.status === 'fulfilled') return one.value
    onProblem(one.reason)
    return []
  })
}

/** Where the programs for an entry run: on `id` of the hosts, or here if it is null. */
export function slurmCommands(
  id: string | null,
  hosts: readonly unknown[],
  environment: Environment,
): Commands {
  return commandsOf(id, id === null ? null : hostIn(hosts, id), environment)
}

function commandsOf(id: string | null, host: SshHost | null, environment: Environment): Commands {
  if (id === null) return localCommands(environment)
  return host === null ? noCommands(id) : sshCommands(host, environment)
}

/** What is not a host is left out, and hides no other. */
function hostIn(hosts: readonly unknown[], id: string): SshHost | null {
  const read = hosts.map((one) => SshHost.safeParse(one))
  return read.find(({ data }) => data?.id === id)?.data ?? null
}
