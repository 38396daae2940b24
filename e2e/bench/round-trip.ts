/**
 * What the server adds to a run: from the command on the session socket to the result in another client's document,
 * and to the durable record of the run, against the same execution straight over ZeroMQ (from the request to its reply
 * and `idle`, which come some 2 ms after the result). Both in turns, one by one, so that they meet the same machine.
 */
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type * as Y from 'yjs'
import { writeNotebook } from '../support/notebook-file.ts'
import { openNotebook, RoomPeer, SessionPeer, signIn } from '../support/peer.ts'
import { newFolder, type Program, removeFolder, startProgram } from '../support/program.ts'
import { type Figure, percentile } from './figures.ts'

const RUNS = 200
const WARM_UP = 20

interface Times {
  /** Milliseconds of each execution without a server. */
  readonly direct: number[]
  /** Milliseconds from each `run` command to its result in a client's document. */
  readonly result: number[]
  /** And to the record of the run. */
  readonly recorded: number[]
}

/** Settles when the first cell shows the result of its next execution, which is durable then. */
function nextResult(doc: Y.Doc): Promise<void> {
  const cells = doc.getArray<Y.Map<unknown>>('cells')
  const shown = (): number => {
    const outputs = cells.get(0).get('outputs') as Y.Array<Y.Map<unknown>>
    return outputs.length === 0 ? 0 : Number(outputs.get(0).get('execution_count'))
  }
  const before = shown()
  return new Promise((resolve) => {
    const look = () => {
      if (shown() <= before) return
      doc.off('update', look)
      resolve()
    }
    doc.on('update', look)
  })
}

/** An execution straight over ZeroMQ, in a process of its own; each call returns the milliseconds of one more. */
function startDirect(): { readonly execute: () => Promise<number>; readonly end: () => void } {
  const script = resolve(import.meta.dirname, '../../kernel-bridge/bench/direct.ts')
  const child = spawn(process.execPath, [script], {
    cwd: join(script, '../..'),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const execute = async () => {
    child.stdin.write('\n')
    const { value, done } = await lines.next()
    if (done === true) throw new Error('the kernel without a server ended')
    return Number(value)
  }
  return { execute, end: () => void child.stdin.end() }
}

async function inTurns(): Promise<Times> {
  const folder = await newFolder()
  await writeNotebook(folder, 'one.ipynb', ['1'])
  const program = await startProgram(folder)
  const direct = startDirect()
  try {
    return await timesOf(program, direct.execute)
  } finally {
    direct.end()
    await program.stop()
    await removeFolder(folder)
  }
}

async function timesOf(program: Program, executeDirectly: () => Promise<number>): Promise<Times> {
  const cookie = await signIn(program.url)
  const opened = await openNotebook(program.origin, cookie, 'one.ipynb')
  const session = new SessionPeer(program.origin, cookie, opened)
  const room = new RoomPeer(program.origin, cookie, opened)
  await room.synced
  const times: Times = { direct: [], result: [], recorded: [] }
  for (let n = 0; n < WARM_UP + RUNS; n++) {
    const isKept = n >= WARM_UP
    const direct = await executeDirectly()
    if (isKept) times.direct.push(direct)
    session.events.length = 0
    const result = nextResult(room.doc)
    const start = performance.now()
    const accepted = session.command({ type: 'run', cells: ['c1'] })
    await result
    if (isKept) times.result.push(performance.now() - start)
    await session.until((event) => event.type === 'recorded')
    if (isKept) times.recorded.push(performance.now() - start)
    await accepted
  }
  session.close()
  room.close()
  return times
}

/** The round trip, what the server adds to it, and the time until it is recorded for good. */
export async function roundTrip(): Promise<readonly Figure[]> {
  const times = await inTurns()
  const baseline = percentile(times.direct, 50)
  const value = percentile(times.result, 50)
  const baselineName = 'direct ZeroMQ'
  return [
    {
      name: 'execute through the server, p50',
      value,
      baseline,
      baselineName,
      goal: baseline + 3,
    },
    { name: 'what the server adds, p50', value: value - baseline, baseline, baselineName, goal: 3 },
    {
      name: 'execute to its durable record, p50',
      value: percentile(times.recorded, 50),
      baseline,
      baselineName,
      goal: null,
    },
  ]
}
