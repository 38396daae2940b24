/**
 * `kill -9` of every program at seeded random moments, also while it recovers from the kill before: nothing that was
 * acknowledged is lost, no kernel, no open session and no scratch copy is left, and the next start is ready.
 * `YESTERDAY_KILL_ROUNDS` is the number of rounds; `npm run proof` runs many.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { seconds } from '../../server/setup/patience.js'
import { writeNotebook } from '../support/notebook-file.ts'
import { openNotebook, request, SessionPeer, signIn } from '../support/peer.ts'
import {
  beginCommand,
  discard,
  kernelPids,
  newFolder,
  type Program,
  runCommand,
  startProgram,
} from '../support/program.ts'
import { seeded } from '../support/random.ts'
import { ReadyTimes } from '../support/times.ts'

const ROUNDS = Number(process.env.YESTERDAY_KILL_ROUNDS ?? 7)
const SEED = Number(process.env.YESTERDAY_KILL_SEED ?? 20_261_130)
const VERBS = ['server', 'run', 'replay', 'restore', 'since', 'check', 'job'] as const
type Verb = (typeof VERBS)[number]
/** A server is killed within this time after it is ready, ms. */
const SERVED_MS = 3_000

/** What was promised, and how long things took. */
interface Ledger {
  /** Runs that were reported as recorded, with their outcomes. */
  readonly recorded: Map<string, string>
  /** Runs that were accepted: they are recorded with whatever outcome. */
  readonly accepted: Set<string>
  readonly ready: ReadyTimes
  readonly kills: Record<string, number>
}

interface Place {
  readonly folder: string
  readonly notebook: string
  /** A run of the notebook's last cell that went well, and one that did not show the same. */
  readonly good: string
  readonly bad: string
  readonly random: () => number
  readonly ledger: Ledger
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

const cells = (last: string): string[] => [
  'import time\nrows = []',
  'for i in range(5):\n    rows.append(i)\n    print(i, flush=True)\n    time.sleep(0.05)',
  'open("out.txt", "w").write(str(sum(rows)))',
  last,
]

interface RunLine {
  readonly run: string
  readonly outcome: string
  readonly cellId: string
}

const linesOf = (text: string): RunLine[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as RunLine)

const note = (ledger: Ledger, text: string): void => {
  for (const { run, outcome } of linesOf(text)) ledger.recorded.set(run, outcome)
}

async function prepare(folder: string): Promise<Place> {
  const notebook = join(folder, 'work.ipynb')
  const ledger: Ledger = {
    recorded: new Map(),
    accepted: new Set(),
    ready: new ReadyTimes(ROUNDS),
    kills: {},
  }
  const lastRun = async (last: string): Promise<string> => {
    await writeNotebook(folder, 'work.ipynb', cells(last))
    const { code, stdout, stderr } = await runCommand(['run', notebook, '--json'])
    expect(code, stderr).toBe(0)
    note(ledger, stdout)
    return linesOf(stdout).at(-1)?.run ?? ''
  }
  const good = await lastRun('print(sum(rows))')
  const bad = await lastRun('print(sum(rows) + 1)')
  return { folder, notebook, good, bad, random: seeded(SEED), ledger }
}

const wordsOf = (verb: Exclude<Verb, 'server' | 'job'>, { notebook, good, bad, random }: Place): string[] => {
  const words = {
    run: ['run', notebook, '--json'],
    replay: ['replay', good, '--json'],
    restore: ['restore', good, ...(random() < 0.5 ? ['--no-keep'] : [])],
    since: ['since', bad, '--prove'],
    check: ['check', notebook],
  }
  return words[verb]
}

/** How long each verb takes without a kill, ms: kills fall on all of it. */
async function durations(place: Place): Promise<ReadonlyMap<Verb, number>> {
  const took = new Map<Verb, number>()
  for (const verb of ['run', 'replay', 'restore', 'since', 'check'] as const) {
    const started = performance.now()
    const begun = beginCommand([...wordsOf(verb, place), '--root', place.folder])
    await begun.ended
    if (verb === 'run') note(place.ledger, begun.printed())
    took.set(verb, performance.now() - started)
    await runCommand(['kernels', '--stop', '--all', '--root', place.folder])
  }
  return took
}

async function killCommand(
  verb: Exclude<Verb, 'server' | 'job'>,
  place: Place,
  withinMs: number,
): Promise<void> {
  const begun = beginCommand([...wordsOf(verb, place), '--root', place.folder])
  await Promise.race([wait(place.random() * withinMs), begun.ended])
  await begun.kill()
  if (verb === 'run') note(place.ledger, begun.printed())
}

/** The server runs a cell, or replays, and is killed at some moment of it. */
async function killServer(verb: 'server' | 'job', place: Place): Promise<void> {
  const { program, cookie, session } = await serve(place)
  if (verb === 'server') {
    const ran = session.command({ type: 'run', cells: ['c1', 'c2', 'c3', 'c4'] }).catch(() => undefined)
    await Promise.race([wait(place.random() * SERVED_MS), ran.then(() => wait(place.random() * 600))])
  } else {
    const target = { kind: 'replay', target: { kind: 'run', run: place.good }, env: false }
    await request(program.origin, cookie, 'POST', '/api/replay/jobs', target)
    await wait(place.random() * SERVED_MS)
  }
  await program.kill()
  for (const event of session.events) noteEvent(event, place.ledger)
  session.close()
}

interface SessionView {
  readonly running: { readonly run: string } | null
  readonly queue: readonly { readonly run: string }[]
}

/** What a view shows as running was accepted. */
function noteEvent(event: Record<string, unknown>, { accepted, recorded }: Ledger): void {
  if (event.type === 'recorded') recorded.set(String(event.run), String(event.outcome))
  if (event.type !== 'session') return
  const { running } = event.view as SessionView
  if (running !== null) accepted.add(running.run)
}

async function serve({ folder, ledger }: Place) {
  const started = performance.now()
  const program = await startProgram(folder)
  const cookie = await signIn(program.url)
  const opened = await openNotebook(program.origin, cookie, 'work.ipynb')
  const session = new SessionPeer(program.origin, cookie, opened)
  await session.until((event) => event.type === 'session')
  ledger.ready.add(performance.now() - started)
  return { program, cookie, session }
}

/** A recovery that is itself killed: a server that starts, or the command that looks for what was left. */
async function killRecovery(place: Place): Promise<void> {
  const begun =
    place.random() < 0.5
      ? beginCommand(['serve', place.folder, '--no-open', '--no-restart', '--port', '0'])
      : beginCommand(['kernels', '--stop', '--root', place.folder])
  await Promise.race([wait(place.random() * 2_000), begun.ended])
  await begun.kill()
}

/** The next server goes on with what the last one had; its kernel is shut down, so that nothing may be left. */
async function settle(place: Place): Promise<void> {
  const { program, session } = await serve(place)
  const isIdle = (event: Record<string, unknown>): boolean => {
    if (event.type !== 'session') return false
    const { running, queue } = event.view as SessionView
    return running === null && queue.length === 0
  }
  await expect
    .poll(() => isIdle(session.events.findLast(({ type }) => type === 'session') ?? {}), {
      timeout: seconds(60),
    })
    .toBe(true)
  await session.command({ type: 'shutdown' })
  for (const event of session.events) noteEvent(event, place.ledger)
  session.close()
  await stop(program)
}

const stop = (program: Program): Promise<void> => program.stop()

/** Everything promised is in the log, once; nothing else is left. `kept`: restored kernels that are a person's to stop. */
async function audit({ folder, ledger }: Place): Promise<void> {
  const say = (...words: string[]) => runCommand([...words, '--root', folder])
  const stopped = await say('kernels', '--stop', '--all', '--json')
  expect(stopped.code, stopped.stderr).toBe(0)
  const fsck = await say('fsck', '--json')
  expect(JSON.parse(fsck.stdout).problems, 'problems of the history').toEqual([])
  expect(JSON.parse((await say('kernels', '--json')).stdout).kernels, 'open sessions').toEqual([])
  expect(await readdir(join(folder, '.yesterday', 'kernels')).catch(() => []), 'kernels’ folders').toEqual([])
  expect(await readdir(join(folder, '.yesterday', 'scratch')).catch(() => []), 'scratch copies').toEqual([])
  expect(await kernelPids(folder), 'kernels that run').toEqual([])
  const logged = linesOf((await say('log', '--json', '-n', '500')).stdout)
  const outcomes = new Map(logged.map(({ run, outcome }) => [run, outcome]))
  expect(logged.length, 'no run twice').toBe(outcomes.size)
  for (const [run, outcome] of [...ledger.recorded].slice(-100))
    expect([run, outcomes.get(run)]).toEqual([run, outcome])
  for (const run of [...ledger.accepted].slice(-100)) expect(outcomes.has(run), `run ${run}`).toBe(true)
}

/** Orphans are ended by whatever comes next: a command that only reads is enough. */
async function expectNoOrphans({ folder }: Place): Promise<void> {
  await runCommand(['log', '--root', folder])
  const { stdout } = await runCommand(['kernels', '--json', '--root', folder])
  const { kernels } = JSON.parse(stdout) as { kernels: { alive: boolean }[] }
  const alive = kernels.filter((kernel) => kernel.alive).length
  expect((await kernelPids(folder)).length, 'kernels that no session names').toBe(alive)
  expect(await readdir(join(folder, '.yesterday', 'scratch')).catch(() => []), 'scratch copies').toEqual([])
}

test(`${ROUNDS} kills of every program leave nothing and lose nothing`, async () => {
  test.setTimeout(seconds(ROUNDS * 120 + 120))
  const folder = await newFolder()
  const place = await prepare(folder)
  const { ledger, random } = place
  try {
    const took = await durations(place)
    for (let round = 0; round < ROUNDS; round++) {
      const verb = VERBS[round % VERBS.length] ?? 'run'
      await test.step(`round ${round}: ${verb}`, async () => {
        if (verb === 'server' || verb === 'job') await killServer(verb, place)
        else await killCommand(verb, place, (took.get(verb) ?? 0) * 1.05)
        ledger.kills[verb] = (ledger.kills[verb] ?? 0) + 1
        if (random() < 0.4) {
          await killRecovery(place)
          ledger.kills.recovery = (ledger.kills.recovery ?? 0) + 1
        }
        if (verb === 'server' || verb === 'job' || random() < 0.3) await settle(place)
        else await expectNoOrphans(place)
        await audit(place)
        await ledger.ready.endRound(round)
      })
    }
    report(ledger)
    ledger.ready.judge()
  } finally {
    await discard(folder)
  }
})

function report({ ready, kills, recorded, accepted }: Ledger): void {
  const counted = Object.entries(kills).map(([verb, count]) => `${verb} ${count}`)
  process.stdout.write(
    `kills: ${counted.join(', ')}; runs recorded or accepted and found: ${recorded.size + accepted.size}\n` +
      `${ready.report()}\n`,
  )
}
