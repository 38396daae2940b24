/**
 * `kill -9` of the server while people type and a cell runs, many lives in a row. What was acknowledged must be there
 * afterwards, each cell once, the kernel found again with its variables, and each run recorded exactly once. Its last line
 * says how quickly the next start was ready.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type * as Y from 'yjs'
import { seconds } from '../../server/setup/patience.js'
import { writeNotebook } from '../support/notebook-file.ts'
import { openNotebook, RoomPeer, request, SessionPeer, signIn } from '../support/peer.ts'
import { discard, kernelPids, newFolder, type Program, runCommand, startProgram } from '../support/program.ts'
import { seeded } from '../support/random.ts'
import { ReadyTimes } from '../support/times.ts'

const LIVES = Number(process.env.YESTERDAY_KILLS ?? 50)

/** What was promised to the person, over all lives. */
interface Ledger {
  readonly acknowledged: Set<string>
  readonly runs: Set<string>
  /** From the start of the program after a kill until its room has the notebook, ms. */
  readonly ready: ReadyTimes
  next: number
}

const cells = (doc: Y.Doc) => doc.getArray<Y.Map<unknown>>('cells')
const sourceOf = (cell: Y.Map<unknown>) => cell.get('source') as Y.Text

/** Puts marks into random cells until it is stopped; marks enter the ledger when their update is acknowledged. */
function typeMarks(peer: RoomPeer, ledger: Ledger, random: () => number): () => void {
  const sent: { readonly place: number; readonly mark: string }[] = []
  peer.onAcknowledged(() => {
    for (const { place, mark } of sent) if (place <= peer.acknowledged) ledger.acknowledged.add(mark)
  })
  const timer = setInterval(() => {
    const mark = `<${ledger.next++}>`
    const notes = cells(peer.doc).toArray().slice(2)
    const cell = notes[Math.floor(random() * notes.length)]
    if (!cell) return
    const text = sourceOf(cell)
    text.insert(text.toString().lastIndexOf('>') + 1, mark)
    sent.push({ place: peer.sent, mark })
  }, 3)
  return () => clearInterval(timer)
}

/** One life: sign in, type, run, and be killed at a moment of the seed's choosing. */
async function live(program: Program, cookie: string, ledger: Ledger, random: () => number): Promise<void> {
  const opened = await openNotebook(program.origin, cookie, 'work.ipynb')
  const peer = new RoomPeer(program.origin, cookie, opened)
  await peer.synced
  const session = new SessionPeer(program.origin, cookie, opened)
  await session.until((event) => event.type === 'session')
  await session.command({ type: 'run', cells: ['c2'] })
  // On a busy machine the server may see the run's beginning and end in one turn, and show only its end.
  const isNew = (event: Event) => !ledger.runs.has(runIdOf(event))
  const begun = await session.until((event) => (isRunning(event) || isRecorded(event)) && isNew(event))
  ledger.runs.add(runIdOf(begun))
  const stop = typeMarks(peer, ledger, random)
  await new Promise((done) => setTimeout(done, 30 + random() * 500))
  await program.kill()
  stop()
  peer.close()
  session.close()
}

interface View {
  readonly running: { readonly run: string; readonly cell: string } | null
}
type Event = Record<string, unknown>

const viewOf = (event: Event): View | null => (event.type === 'session' ? (event.view as View) : null)
const isRunning = (event: Event) => viewOf(event)?.running?.cell === 'c2'
const isRecorded = (event: Event) => event.type === 'recorded' && event.cell === 'c2'
const runIdOf = (event: Event) => viewOf(event)?.running?.run ?? String(event.run)

interface Logged {
  readonly run: string
  readonly outcome: string
  readonly cellId: string
}

interface LogPage {
  readonly runs: Logged[]
  /** Cursor of the next page; null where this is the last. */
  readonly next: string | null
}

/** All recorded runs of the notebook, newest first. */
async function logOf(program: Program, cookie: string): Promise<Logged[]> {
  const runs: Logged[] = []
  for (let before: string | null = ''; before !== null; ) {
    const cursor = before === '' ? '' : `&before=${encodeURIComponent(before)}`
    const path = `/api/log?notebook=work.ipynb&limit=500${cursor}`
    const page = (await request(program.origin, cookie, 'GET', path)) as LogPage
    runs.push(...page.runs)
    before = page.next
  }
  return runs
}

/** Everything promised is there, once. */
async function audit(program: Program, cookie: string, ledger: Ledger, started: number): Promise<void> {
  const opened = await openNotebook(program.origin, cookie, 'work.ipynb')
  const peer = new RoomPeer(program.origin, cookie, opened)
  await peer.synced
  ledger.ready.add(performance.now() - started)
  const ids = cells(peer.doc).map((cell) => cell.get('id'))
  expect(ids).toEqual(['c1', 'c2', 'c3', 'c4', 'c5'])
  const text = cells(peer.doc)
    .map((cell) => sourceOf(cell).toString())
    .join('')
  const marks = text.match(/<\d+>/g) ?? []
  expect(new Set(marks).size, 'no mark twice').toBe(marks.length)
  const present = new Set(marks)
  expect(
    [...ledger.acknowledged].filter((mark) => !present.has(mark)),
    'acknowledged edits lost',
  ).toEqual([])
  peer.close()
}

/** Once the server has stopped, its one kernel goes on: there is no other one, and no scratch copy. */
async function expectNothingLeft(folder: string): Promise<void> {
  const { stdout } = await runCommand(['kernels', '--json', '--root', folder])
  const { kernels } = JSON.parse(stdout) as { kernels: { alive: boolean }[] }
  expect(kernels.map(({ alive }) => alive)).toEqual([true])
  expect((await kernelPids(folder)).length, 'kernels that run').toBeLessThanOrEqual(1)
  const scratch = join(folder, '.yesterday', 'scratch')
  expect(await readdir(scratch).catch(() => []), 'scratch copies').toEqual([])
}

test(`${LIVES} kills lose nothing that was promised`, async () => {
  test.setTimeout(seconds(60 + LIVES * 18))
  const folder = await newFolder()
  const random = seeded(20_260_101)
  const ledger: Ledger = { acknowledged: new Set(), runs: new Set(), ready: new ReadyTimes(LIVES), next: 1 }
  await writeNotebook(folder, 'work.ipynb', [
    'import os, time\nlives = []\nprint("pid", os.getpid())',
    'lives.append(len(lives))\nfor i in range(12):\n    print(i, flush=True)\n    time.sleep(0.05)',
    { markdown: 'one ' },
    { markdown: 'two ' },
    { markdown: 'three ' },
  ])
  let program = await startProgram(folder)
  const cookie = await signIn(program.url)
  const port = Number(new URL(program.origin).port)
  try {
    const first = await openNotebook(program.origin, cookie, 'work.ipynb')
    const session = new SessionPeer(program.origin, cookie, first)
    await session.command({ type: 'run', cells: ['c1'] })
    const setUp = await session.until((event) => event.type === 'recorded')
    expect(setUp.outcome).toBe('ok')
    session.close()
    for (let life = 0; life < LIVES; life++) {
      await live(program, cookie, ledger, random)
      const started = performance.now()
      program = await startProgram(folder, { port })
      await audit(program, cookie, ledger, started)
      await ledger.ready.endRound(life)
    }
    expect(ledger.acknowledged.size).toBeGreaterThan(LIVES)
    await expect
      .poll(async () => (await logOf(program, cookie)).filter((run) => run.cellId === 'c2').length)
      .toBe(LIVES)
    const logged = await logOf(program, cookie)
    for (const run of ledger.runs) {
      const found = logged.filter((entry) => entry.run === run)
      expect(
        found.map((entry) => entry.outcome),
        `run ${run}`,
      ).toEqual(['ok'])
    }
    await expectSameKernel(program, cookie)
    await program.stop()
    await expectNothingLeft(folder)
    process.stdout.write(`${ledger.ready.report()}\n`)
    ledger.ready.judge()
  } finally {
    await program.stop()
    await discard(folder)
  }
})

/** The kernel of the first life still holds one entry per life. */
async function expectSameKernel(program: Program, cookie: string): Promise<void> {
  const opened = await openNotebook(program.origin, cookie, 'work.ipynb')
  const peer = new RoomPeer(program.origin, cookie, opened)
  await peer.synced
  const first = cells(peer.doc).get(0)
  const before = sourceOf(first)
  before.delete(0, before.length)
  before.insert(0, 'print(len(lives))')
  const sent = peer.sent
  await new Promise<void>((done) => {
    peer.onAcknowledged(() => peer.acknowledged >= sent && done())
  })
  const session = new SessionPeer(program.origin, cookie, opened)
  await session.command({ type: 'run', cells: ['c1'] })
  await session.until((event) => event.type === 'recorded' && event.cell === 'c1')
  await expect.poll(() => JSON.stringify(cells(peer.doc).get(0).toJSON().outputs)).toContain(`${LIVES}\\n`)
  peer.close()
  session.close()
}
