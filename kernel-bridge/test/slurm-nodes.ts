/**
 * Nodes of a Slurm cluster that are machines of their own: each has a network namespace with one cable to a bridge of this
 * machine, and its own `/dev/shm` and `folder`, which no other node and not this machine sees. It needs root and `ip`.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

export type NodeName = 'a' | 'b'

/** Where nodes are, and how their daemons are started. */
export interface Nodes {
  readonly controller: string
  readonly addresses: Readonly<Record<NodeName, string>>
  words(node: NodeName, command: readonly string[]): readonly string[]
}

export type SeparateNodes = ReturnType<typeof separateNodes>

/** Why there can be none here; null where there can. */
export const whyNoNamespaces: string | null = findProblem()

function findProblem(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'network namespaces need root on Linux'
  try {
    execFileSync('unshare', ['-n', '-m', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' })
    return null
  } catch {
    return 'there are no network namespaces here, or no ip: install iproute2'
  }
}

/** What a node left. */
function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

export function separateNodes(dir: string) {
  const name = `ysl${randomBytes(3).toString('hex')}`
  const net = `10.213.${randomBytes(1)[0]}`
  const folder = join(dir, 'node')
  mkdirSync(folder)
  const ip = (...words: readonly string[]): void => {
    execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  // Without a delay, a cable carries at once.
  ip('link', 'add', name, 'type', 'bridge', 'forward_delay', '0')
  ip('addr', 'add', `${net}.1/24`, 'dev', name)
  ip('link', 'set', name, 'up')
  const addresses = { a: `${net}.2`, b: `${net}.3` } as const
  for (const node of ['a', 'b'] as const) {
    const [space, cable, end] = [`${name}-${node}`, `${name}${node}`, `${name}${node}n`]
    ip('netns', 'add', space)
    ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', end, 'netns', space)
    ip('link', 'set', cable, 'master', name, 'up')
    ip('-n', space, 'addr', 'add', `${addresses[node]}/24`, 'dev', end)
    ip('-n', space, 'link', 'set', end, 'up')
    ip('-n', space, 'link', 'set', 'lo', 'up')
  }
  const own = 'mount -t tmpfs none "$1" && mount -t tmpfs none /dev/shm && shift && exec "$@"'
  return {
    /** At this path each node has its own folder. */
    folder,
    controller: `${net}.1`,
    addresses,
    words: (node: NodeName, command: readonly string[]): readonly string[] => [
      ...['ip', 'netns', 'exec', `${name}-${node}`, 'unshare', '-m', 'sh', '-c', own, 'sh', folder],
      ...command,
    ],
    end: (): void => {
      for (const node of ['a', 'b']) {
        const pids = execFileSync('ip', ['netns', 'pids', `${name}-${node}`], { encoding: 'utf8' })
        for (const pid of pids.split('\n').filter((line) => line !== '')) endProcess(Number(pid))
        ip('netns', 'del', `${name}-${node}`)
      }
      ip('link', 'del', name)
    },
  }
}
