/**
 * The processes of a terminal: those of the session (setsid(2)) that its shell leads, in whatever process group. Linux:
 * `/proc`. Elsewhere: all below the shell, by the tree of processes.
 */
import { readdir, readFile } from 'node:fs/promises'
import { lookAtTree } from '../machines/processes.ts'
import { MARK } from './pty.ts'

export interface SessionProcess {
  readonly pid: number
  /** As the system shortens it: 15 characters on Linux. */
  readonly name: string
}

interface Facts extends SessionProcess {
  readonly session: number
  readonly isZombie: boolean
}

/** Each process by the session that it belongs to. `proc` is the folder of the process file system. */
export async function bySession(proc = '/proc'): Promise<ReadonlyMap<number, readonly SessionProcess[]>> {
  const found = new Map<number, SessionProcess[]>()
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name))
  for (const facts of await Promise.all(pids.map((pid) => factsOf(proc, pid)))) {
    if (facts === null || facts.isZombie) continue
    found.set(facts.session, [...(found.get(facts.session) ?? []), { pid: facts.pid, name: facts.name }])
  }
  return found
}

/** proc_pid_stat(5): the name is in brackets and may have brackets; state is field 3, session field 6. */
async function factsOf(proc: string, pid: string): Promise<Facts | null> {
  const stat = await readFile(`${proc}/${pid}/stat`, 'utf8').catch(() => '')
  const [open, end] = [stat.indexOf('('), stat.lastIndexOf(')')]
  const fields = stat.slice(end + 2).split(' ')
  const session = Number(fields[3])
  if (open === -1 || end === -1 || !Number.isSafeInteger(session)) return null
  return { pid: Number(pid), name: stat.slice(open + 1, end), session, isZombie: fields[0] === 'Z' }
}

/** The programs in the session of each shell, without the shells. */
export async function programsOf(
  shells: readonly number[],
): Promise<ReadonlyMap<number, readonly SessionProcess[]>> {
  if (shells.length === 0) return new Map()
  if (process.platform === 'linux') {
    const all = await bySession()
    return new Map(shells.map((shell) => [shell, (all.get(shell) ?? []).filter(({ pid }) => pid !== shell)]))
  }
  const trees = await Promise.all(shells.map(lookAtTree))
  return new Map(
    shells.map((shell, place) => {
      const below = (trees[place]?.pids ?? []).filter((pid) => pid !== shell)
      return [shell, below.map((pid) => ({ pid, name: `process ${pid}` }))]
    }),
  )
}

/**
 * Kills what is left of a session whose server died: processes of that session that have the mark of this terminal in
 * their environment. The mark is random and its record signed, so no other process has both. Linux only.
 */
export async function killMarked(session: number, mark: string, proc = '/proc'): Promise<number> {
  let killed = 0
  for (const { pid } of (await bySession(proc)).get(session) ?? []) {
    const environment = await readFile(`${proc}/${pid}/environ`, 'utf8').catch(() => '')
    if (environment.split('\0').includes(`${MARK}=${mark}`) && signal(pid, 'SIGKILL')) killed++
  }
  return killed
}

/** False where it is gone, or not ours. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name)
    return true
  } catch {
    return false
  }
}
