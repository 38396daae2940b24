/**
 * A Slurm cluster of two nodes for tests: slurmctld, two slurmd and munged of the system's packages, in a folder of its own,
 * on free ports. The nodes are two daemons of this machine that share its network, or nodes that `makeNodes` separates.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { vi } from 'vitest'
import { seconds } from '../../server/setup/patience.js'
import { freePort } from './jupyter-server.ts'
import type { Nodes } from './slurm-nodes.ts'

const PROGRAMS = ['slurmctld', 'slurmd', 'munged', 'sbatch', 'srun']

/** Why there is no cluster here; null where there can be one. */
export const whyNoSlurm: string | null = findProblem()
export const slurmSkipped = whyNoSlurm === null ? '' : ` (skipped: ${whyNoSlurm})`

function findProblem(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'the daemons of Slurm run as root on Linux'
  for (const program of PROGRAMS) {
    try {
      execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { env: systemEnv(), stdio: 'ignore' })
    } catch {
      return `there is no ${program}: install slurm-wlm and munge`
    }
  }
  return null
}

function systemEnv(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }
}

const TOGETHER: Nodes = {
  controller: '127.0.0.1',
  addresses: { a: '127.0.0.1', b: '127.0.0.1' },
  words: (_, command) => command,
}

export async function startSlurm(makeNodes: (dir: string) => Nodes = () => TOGETHER) {
  const dir = mkdtempSync('/tmp/ysl-')
  const on = makeNodes(dir)
  const host = hostname().split('.')[0] ?? 'localhost'
  const [ctld, a, b] = [await freePort(), await freePort(), await freePort()]
  for (const name of ['state', 'spool-a', 'spool-b', 'cgroup']) mkdirSync(join(dir, name), { mode: 0o755 })
  writeFileSync(join(dir, 'munge.key'), randomBytes(128), { mode: 0o600 })
  writeFileSync(join(dir, 'cgroup.conf'), `CgroupPlugin=cgroup/v1\nCgroupMountpoint=${dir}/cgroup\n`)
  const conf = join(dir, 'slurm.conf')
  writeFileSync(conf, configuration({ dir, host, ctld, a, b, on }))
  const env = { ...systemEnv(), SLURM_CONF: conf }
  const daemons: ChildProcess[] = []
  const daemon = (program: string, words: readonly string[]): ChildProcess => {
    const child = spawn(program, words, { env, cwd: dir, stdio: 'ignore' })
    daemons.push(child)
    return child
  }
  const socket = join(dir, 'munge.sock')
  daemon('munged', [
    ...['--foreground', '--force', `--socket=${socket}`, `--key-file=${dir}/munge.key`],
    ...[`--pid-file=${dir}/munge.pid`, `--log-file=${dir}/munge.log`, `--seed-file=${dir}/munge.seed`],
  ])
  const run = async (program: string, ...words: string[]): Promise<string> =>
    (await promisify(execFile)(program, words, { env, timeout: seconds(60) })).stdout
  await vi.waitFor(() => run('munge', `--socket=${socket}`, '--no-input'))
  daemon('slurmctld', ['-D', '-c'])
  const node = (name: 'a' | 'b'): ChildProcess => {
    const [program = '', ...words] = on.words(name, ['slurmd', '-D', '-N', name])
    return daemon(program, words)
  }
  const nodes = { a: node('a'), b: node('b') }
  await vi.waitFor(async () => {
    const states = await run('sinfo', '--noheader', '--Node', '--format=%T', '--partition=debug')
    if (!/^idle\nidle\n$/.test(states)) throw new Error(`the nodes are not ready: ${states}\n${logTail(dir)}`)
  })
  const stop = async (child: ChildProcess): Promise<void> => {
    const exited = once(child, 'exit')
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await exited
  }
  const end = async (): Promise<void> => {
    await run('scancel', '--me').catch(() => '')
    await vi.waitFor(async () => {
      if ((await run('squeue', '--noheader')) !== '') throw new Error('jobs are still there')
    })
    for (const child of daemons.reverse()) await stop(child)
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }
  return { dir, env, run, node, nodes, stop, end }
}

const logTail = (dir: string): string => {
  try {
    return readFileSync(join(dir, 'slurmctld.log'), 'utf8').slice(-1_000)
  } catch {
    return ''
  }
}

/** No cgroups and no accounting: a container has neither. */
interface Configured {
  readonly dir: string
  readonly host: string
  readonly ctld: number
  readonly a: number
  readonly b: number
  readonly on: Nodes
}

function configuration({ dir, host, ctld, a, b, on }: Configured): string {
  const node = (name: 'a' | 'b', port: number): string =>
    `NodeName=${name} NodeHostname=${host} NodeAddr=${on.addresses[name]} Port=${port} CPUs=4 RealMemory=1000`
  return [
    'ClusterName=testing',
    `SlurmctldHost=${host}(${on.controller})`,
    `SlurmctldPort=${ctld}`,
    ...['SlurmUser=root', 'SlurmdUser=root', 'AuthType=auth/munge', 'CredType=cred/munge'],
    `AuthInfo=socket=${dir}/munge.sock`,
    ...[`StateSaveLocation=${dir}/state`, `SlurmdSpoolDir=${dir}/spool-%n`],
    ...[`SlurmctldPidFile=${dir}/ctld.pid`, `SlurmdPidFile=${dir}/d-%n.pid`],
    ...[`SlurmctldLogFile=${dir}/slurmctld.log`, `SlurmdLogFile=${dir}/slurmd-%n.log`],
    ...['ProctrackType=proctrack/pgid', 'TaskPlugin=task/none', 'JobAcctGatherType=jobacct_gather/none'],
    ...['AccountingStorageType=accounting_storage/none', 'SwitchType=switch/none', 'MpiDefault=none'],
    ...['SelectType=select/cons_tres', 'SelectTypeParameters=CR_CPU', 'SchedulerType=sched/backfill'],
    'SchedulerParameters=sched_interval=2,bf_interval=2,sched_min_interval=0',
    ...['SlurmdParameters=config_overrides', 'ReturnToService=0', 'KillWait=2', 'SlurmdTimeout=30'],
    node('a', a),
    node('b', b),
    'PartitionName=debug Nodes=ALL Default=YES MaxTime=1:00:00 State=UP',
    'PartitionName=long Nodes=b MaxTime=INFINITE State=UP',
    '',
  ].join('\n')
}
