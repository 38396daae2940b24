/**
 * What a process and all below it use. Linux: `/proc`, from the root of the tree downwards, so that other processes cost
 * nothing. macOS: one `ps`. Windows: not supported.
 */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** `cpuMs`: processor time of the living processes so far. `memory`: resident bytes, shared pages counted for each. */
export interface TreeUse {
  readonly pids: readonly number[]
  readonly cpuMs: number
  readonly memory: number
}

/** Null if the process is gone, or if this system cannot be asked. */
export type LookAtTree = (pid: number) => Promise<TreeUse | null>

const MOST_PROCESSES = 2000
/** USER_HZ of Linux, which is 100 on every architecture that Node runs on. */
const TICK_MS = 10

export const lookAtTree: LookAtTree = (pid) => {
  if (process.platform === 'linux') return linuxTree(pid)
  return process.platform === 'darwin' ? macTree(pid) : Promise.resolve(null)
}

/** `proc` is the folder of the process file system. */
export async function linuxTree(pid: number, proc = '/proc'): Promise<TreeUse | null> {
  const found = new Map<number, ProcessFacts>()
  const waiting = [pid]
  for (const one of waiting) {
    if (found.size >= MOST_PROCESSES || found.has(one)) continue
    const facts = await factsOf(one, proc)
    if (facts === null) continue
    found.set(one, facts)
    waiting.push(...(await childrenOf(one, proc)))
  }
  if (!found.has(pid)) return null
  const all = [...found.values()]
  return {
    pids: [...found.keys()],
    cpuMs: all.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    memory: all.reduce((sum, { memory }) => sum + memory, 0),
  }
}

interface ProcessFacts {
  readonly cpuMs: number
  readonly memory: number
}

/** proc_pid_stat(5): fields 14 and 15 are the ticks in user and kernel mode. Kernel threads have no resident memory. */
async function factsOf(pid: number, proc: string): Promise<ProcessFacts | null> {
  const [stat, status] = await Promise.all([textOf(`${proc}/${pid}/stat`), textOf(`${proc}/${pid}/status`)])
  // The name in brackets may have spaces and brackets.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  const ticks = Number(fields[11]) + Number(fields[12])
  if (!Number.isFinite(ticks)) return null
  const resident = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status ?? '')?.[1] ?? 0)
  return { cpuMs: ticks * TICK_MS, memory: resident * 1024 }
}

/** Each thread has a list of the children that it started. */
async function childrenOf(pid: number, proc: string): Promise<readonly number[]> {
  const threads = await readdir(`${proc}/${pid}/task`).catch(() => [])
  const lists = await Promise.all(
    threads.slice(0, MOST_PROCESSES).map((thread) => textOf(`${proc}/${pid}/task/${thread}/children`)),
  )
  return lists
    .flatMap((list) => (list ?? '').split(' ').filter(Boolean).map(Number))
    .filter(Number.isSafeInteger)
}

const textOf = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)

async function macTree(pid: number): Promise<TreeUse | null> {
  const run = promisify(execFile)
  const answer = await run('ps', ['-A', '-o', 'pid=,ppid=,rss=,time=']).catch(() => null)
  return answer === null ? null : treeOfPs(answer.stdout, pid)
}

/** pure. From lines of `ps`: pid, parent, resident KiB, and time as `[[hh:]mm:]ss.cc`. */
export function treeOfPs(text: string, root: number): TreeUse | null {
  const rows = text.split('\n').flatMap((line) => {
    const [, pid, parent, rss, time] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+([\d:.]+)/.exec(line) ?? []
    if (time === undefined) return []
    return [{ pid: Number(pid), parent: Number(parent), memory: Number(rss) * 1024, cpuMs: timeMs(time) }]
  })
  const pids = new Set([root])
  // A parent may be listed below its child.
  for (let before = 0; before < pids.size; ) {
    before = pids.size
    for (const { pid, parent } of rows) if (pids.has(parent)) pids.add(pid)
  }
  const own = rows.filter(({ pid }) => pids.has(pid))
  if (!own.some(({ pid }) => pid === root)) return null
  const sum = (pick: (row: (typeof own)[number]) => number) =>
    own.reduce((total, row) => total + pick(row), 0)
  return {
    pids: own.map(({ pid }) => pid),
    cpuMs: sum(({ cpuMs }) => cpuMs),
    memory: sum(({ memory }) => memory),
  }
}

const timeMs = (text: string): number =>
  text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000
