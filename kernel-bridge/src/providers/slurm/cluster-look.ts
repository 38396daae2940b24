/** What the cluster offers, asked at most every half minute. Never rejects; answers within two seconds. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Commands } from './commands.ts'
import { partitionWords } from './job-words.ts'
import { type Partition, readPartitions } from './queue-lines.ts'
import type { SlurmEntry } from './settings.ts'

const FRESH_MS = 30_000
const WAIT_MS = 1_500

/** `problem`: why there are no partitions, for people. */
export interface ClusterLook {
  readonly partitions: readonly Partition[]
  readonly problem: string | null
}

export class ClusterLooks {
  readonly #commands: Commands
  #at = Number.NEGATIVE_INFINITY
  #look: Promise<ClusterLook> | null = null
  #last: ClusterLook | null = null

  constructor(commands: Commands) {
    this.#commands = commands
  }

  async now(): Promise<ClusterLook> {
    if (this.#look === null || performance.now() - this.#at > FRESH_MS) {
      this.#at = performance.now()
      const look = lookAt(this.#commands)
      this.#look = look.then((found) => {
        this.#last = found
        return found
      })
    }
    const late = this.#last ?? { partitions: [], problem: 'The cluster has not answered yet.' }
    return Promise.race([this.#look, sleep(WAIT_MS, late, { ref: false })])
  }
}

/** Never rejects. */
export async function lookAt(commands: Commands): Promise<ClusterLook> {
  try {
    const { stdout } = await commands.run(partitionWords)
    const partitions = readPartitions(stdout)
    return { partitions, problem: partitions.length === 0 ? 'The cluster shows no partition.' : null }
  } catch (error) {
    return { partitions: [], problem: error instanceof Error ? error.message : String(error) }
  }
}

/** Why no job of the entry can be submitted now; null where one can. */
export function entryProblem({ partition }: SlurmEntry, { partitions, problem }: ClusterLook): string | null {
  if (problem !== null) return problem
  for (const name of partition?.split(',') ?? []) {
    const found = partitions.find((one) => one.name === name)
    const names = partitions.map((one) => one.name).join(', ')
    if (found === undefined) return `There is no partition ${name}. Choose one of these: ${names}.`
    if (!found.isUp) return `The partition ${name} is down.`
  }
  return null
}
