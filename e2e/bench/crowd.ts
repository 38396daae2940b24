/**
 * A large class in one notebook: 200 people edit once a second while 300 read, on this server, y-websocket's and Hocuspocus,
 * one after the other. Beside the times of delivery it prints each server's memory over the time of the load.
 * `YESTERDAY_BENCH_SECONDS` is the time of each load (60); `YESTERDAY_BENCH_SHARE` loads a part of the people (1).
 */
import { readFile } from 'node:fs/promises'
import { writeNotebook } from '../support/notebook-file.ts'
import { signIn } from '../support/peer.ts'
import { newFolder, removeFolder, startProgram } from '../support/program.ts'
import { type Figure, percentile } from './figures.ts'
import {
  documentOf,
  type LoadedRoom,
  ownRoom,
  type Reference,
  seedRoom,
  startReference,
} from './references.ts'
import { type LoadTimes, roomTimes } from './room-load.ts'

const SECONDS = Number(process.env.YESTERDAY_BENCH_SECONDS ?? 60)
const SHARE = Number(process.env.YESTERDAY_BENCH_SHARE ?? 1)
const [EDITORS, VIEWERS] = [Math.round(200 * SHARE), Math.round(300 * SHARE)]
const GOAL_MS = 100
const SAMPLES = 12

interface Measured {
  readonly times: LoadTimes
  /** Resident memory of the server, MiB, from before the load to its end. */
  readonly memory: readonly number[]
}

/** Figures, and lines of memory. */
export async function* crowdFigures(): AsyncGenerator<Figure | string> {
  const folder = await newFolder()
  await writeNotebook(folder, 'one.ipynb', ['1'])
  const program = await startProgram(folder)
  const references: [string, Reference, string | null][] = [
    ['y-websocket server', await startReference('y-websocket'), null],
    ['Hocuspocus', await startReference('Hocuspocus'), 'one'],
  ]
  try {
    const cookie = await signIn(program.url)
    const document = await documentOf(program, cookie)
    const [pid = 0] = await program.serverPids()
    const own = await measure(await ownRoom(program, cookie), document, pid)
    yield memoryLine('this server', own)
    for (const [name, reference, named] of references) {
      const room = { url: `${reference.url}/crowd`, headers: {}, named }
      const leave = await seedRoom(room, document)
      const other = await measure(room, document, reference.pid)
      leave()
      yield memoryLine(name, other)
      yield* figuresOf(name, own, other)
    }
  } finally {
    for (const [, reference] of references) reference.end()
    await program.stop()
    await removeFolder(folder)
  }
}

async function measure(room: LoadedRoom, document: Uint8Array, pid: number): Promise<Measured> {
  const memory = [await residentMiB(pid)]
  const sampling = setInterval(
    async () => {
      memory.push(await residentMiB(pid))
    },
    Math.max(1000, (SECONDS * 1000) / SAMPLES),
  )
  const load = { editors: EDITORS, observers: VIEWERS, rate: 1, seconds: SECONDS, cursors: true }
  try {
    return { times: await roomTimes({ ...room, ...load, document }), memory }
  } finally {
    clearInterval(sampling)
  }
}

/** NaN where the system has no /proc. */
async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024
}

/** The growth is that of the second half of the load, when all connections are open. */
function memoryLine(name: string, { memory, times }: Measured): string {
  const middle = memory[Math.floor(memory.length / 2)] ?? Number.NaN
  const growth = ((memory.at(-1) ?? Number.NaN) / middle - 1) * 100
  const lost = times.undelivered === 0 ? 'all delivered' : `${times.undelivered} UNDELIVERED`
  const values = memory.map((value) => value.toFixed(0)).join(' ')
  return `${name}: ${lost}; memory, MiB: ${values}; second half ${growth >= 0 ? '+' : ''}${growth.toFixed(0)} %`
}

function* figuresOf(name: string, { times }: Measured, { times: other }: Measured): Generator<Figure> {
  for (const p of [50, 99])
    yield {
      name: `${EDITORS} editors at 1 edit/s, ${VIEWERS} viewers, p${p}`,
      value: percentile(times.delivered, p),
      baseline: percentile(other.delivered, p),
      baselineName: name,
      goal: p === 99 ? GOAL_MS : null,
    }
}
