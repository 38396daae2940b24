/**
 * One at a time across processes: a file that says who is at work. Invariant: the worker keeps the file young, so
 * that of a dead worker is known by its dead process or by its age, and is taken over.
 */
import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isSameProcess, ownProcess } from '@yesterday/kernel-bridge/process-identity'
import { z } from 'zod'

const LOOK_MS = 250
const TOUCH_MS = 5_000
const STALE_MS = 60_000

/** Runs `work` when its turn has come; `waiting` is called once if others are before it. */
export async function inTurn<T>(file: string, waiting: () => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  for (let isReported = false; !(await take(file)); ) {
    if (await isAbandoned(file)) {
      await rm(file, { force: true })
      continue
    }
    if (!isReported) waiting()
    isReported = true
    await setTimeout(LOOK_MS)
  }
  const young = setInterval(() => utimes(file, new Date(), new Date()).catch(() => {}), TOUCH_MS)
  try {
    return await work()
  } finally {
    clearInterval(young)
    await rm(file, { force: true })
  }
}

async function take(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600)
    await handle.writeFile(JSON.stringify(ownProcess()))
    await handle.close()
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    return false
  }
}

const Holder = z.object({ pid: z.number(), started: z.string() })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** A file without a process in it is being written, unless it is old. */
async function isAbandoned(file: string): Promise<boolean> {
  try {
    const age = Date.now() - (await stat(file)).mtimeMs
    const holder = Holder.safeParse(parseJson(await readFile(file, 'utf8')))
    return age > STALE_MS || (holder.success && !isSameProcess(holder.data))
  } catch {
    return false
  }
}
