/**
 * What the server adds to a run: from the command on the session socket to the durable record of the run, against the
 * same execution straight over ZeroMQ, measured by the bridge's own benchmark in the same minute.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { writeNotebook } from '../support/notebook-file.ts'
import { openNotebook, SessionPeer, signIn } from '../support/peer.ts'
import { discard, newFolder, startProgram } from '../support/program.ts'
import { type Figure, percentile } from './figures.ts'

const RUNS = 200
const WARM_UP = 20

/** Milliseconds from each `run` command to the record of its run. */
async function throughServer(): Promise<number[]> {
  const folder = await newFolder()
  await writeNotebook(folder, 'one.ipynb', ['1'])
  const program = await startProgram(folder)
  const cookie = await signIn(program.url)
  const session = new SessionPeer(
    program.origin,
    cookie,
    await openNotebook(program.origin, cookie, 'one.ipynb'),
  )
  const times: number[] = []
  for (let n = 0; n < WARM_UP + RUNS; n++) {
    session.events.length = 0
    const start = performance.now()
    const accepted = session.command({ type: 'run', cells: ['c1'] })
    await session.until((event) => event.type === 'recorded')
    if (n >= WARM_UP) times.push(performance.now() - start)
    await accepted
  }
  session.close()
  await program.stop()
  await discard(folder)
  return times
}

/** The p50 that the bridge's benchmark prints for a recorded kernel, ms; null where it cannot run. */
async function direct(): Promise<number | null> {
  const script = resolve(import.meta.dirname, '../../kernel-bridge/bench/execute.ts')
  const child = spawn(process.execPath, [script, String(RUNS)], {
    cwd: join(script, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8')
  })
  await once(child, 'close')
  const p50 = /^ipc, recorded +p50 ([\d.]+)/m.exec(printed)?.[1]
  return p50 === undefined ? null : Number(p50)
}

/** The two figures: the whole round trip, and what the server adds to it. */
export async function roundTrip(): Promise<readonly Figure[]> {
  const baseline = (await direct()) ?? Number.NaN
  const value = percentile(await throughServer(), 50)
  const baselineName = 'direct ZeroMQ'
  return [
    {
      name: 'execute through the server to its record, p50',
      value,
      baseline,
      baselineName,
      goal: baseline + 3,
    },
    { name: 'what the server adds, p50', value: value - baseline, baseline, baselineName, goal: 3 },
  ]
}
