/** One notebook of the corpus through the program: run, replayed after its data changed, restored, and one step further. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { ReplayReport, RestoreReport } from '../../contract/replay.ts'
import { python } from '../session/house.ts'
import type { CorpusNotebook } from './notebooks.ts'
import { makeCorpusProject, writeData } from './project.ts'

export interface CorpusVerdict {
  readonly cells: number
  readonly identical: number
  readonly equal: number
  /** Cells that differ, with a cause that the notebook names. */
  readonly explained: number
  readonly variables: number
  readonly restored: number
  /** Variables of which the program says why they cannot be restored. */
  readonly notRestorable: readonly string[]
  /** Whether the step after the restored state came out the same; null where there is none. */
  readonly sameNext: boolean | null
  /** What is not as it should be. */
  readonly faults: readonly string[]
}

const program = join(import.meta.dirname, '../../bin/yesterday.js')
const nextStep = join(import.meta.dirname, 'next_step.py')

async function perform(command: string, words: readonly string[], cwd: string) {
  const env = { ...process.env, JUPYTER_PATH: join(cwd, 'jupyter') }
  const child = spawn(command, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, out, err }
}

const yesterday = (cwd: string, ...words: readonly string[]) =>
  perform(process.execPath, [program, ...words], cwd)

const RunLine = z.object({ run: z.string(), outcome: z.string() })

/** `server` is the address that the notebook may ask. */
export async function judgeNotebook(notebook: CorpusNotebook, server: string): Promise<CorpusVerdict> {
  const root = await makeCorpusProject(notebook, server)
  try {
    const ran = await yesterday(root, 'run', 'a.ipynb', '--kernel', 'tested', '--json')
    const lines = ran.out.split('\n').filter((line) => line.startsWith('{'))
    const runs = lines.map((line) => RunLine.parse(JSON.parse(line)))
    const stopped =
      runs.find(({ outcome }) => outcome !== 'ok') ?? (runs.length < notebook.cells.length ? {} : null)
    if (stopped !== null)
      return {
        ...NOTHING,
        faults: [`the notebook itself failed after ${runs.length} cells: ${ran.err.slice(-600)}`],
      }
    await writeData(root, 2)
    const replayed = await judgeReplay(root, notebook)
    const restored = await judgeRestore(
      root,
      notebook,
      runs.map(({ run }) => run),
    )
    return { ...NOTHING, ...replayed, ...restored, faults: [...replayed.faults, ...restored.faults] }
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

const NOTHING: CorpusVerdict = {
  cells: 0,
  identical: 0,
  equal: 0,
  explained: 0,
  variables: 0,
  restored: 0,
  notRestorable: [],
  sameNext: null,
  faults: [],
}

const FOLLOWS = /it uses .* which came out different|had another content/

async function judgeReplay(root: string, { cause, cells }: CorpusNotebook) {
  const said = await yesterday(root, 'replay', 'a.ipynb', '--json')
  const read = ReplayReport.safeParse(parsed(said.out))
  if (!read.success)
    return {
      cells: cells.length,
      faults: [`replay printed no report: ${said.out.slice(0, 300)}${said.err.slice(-600)}`],
    }
  const { steps, cause: first, problems } = read.data
  const count = (verdict: string) => steps.filter((step) => step.verdict === verdict).length
  const others = steps.filter(({ verdict }) => verdict === 'different' || verdict === 'failed')
  // A cell after the first may differ because of what that one made.
  const isExplained = ({ why }: (typeof steps)[number]) =>
    (cause?.test(why ?? first ?? '') ?? false) ||
    (FOLLOWS.test(why ?? '') && (cause?.test(first ?? '') ?? false))
  const faults = others
    .filter((step) => !isExplained(step))
    .map(({ cell, verdict, why, title }) => `cell ${cell} ${verdict} (${title}): ${why ?? first}`)
  return {
    cells: cells.length,
    identical: count('identical'),
    equal: count('equal'),
    explained: others.filter(isExplained).length,
    faults: [...faults, ...problems.map((problem) => `problem: ${problem}`)],
  }
}

const Restored = RestoreReport.extend({ connectionFile: z.string().nullable() })

async function judgeRestore(root: string, { hasNext, cells }: CorpusNotebook, runs: readonly string[]) {
  const state = runs.at(hasNext ? -2 : -1) ?? ''
  const said = await yesterday(root, 'restore', state, '--json', ...(hasNext ? [] : ['--no-keep']))
  const read = Restored.safeParse(parsed(said.out))
  if (!read.success)
    return { faults: [`restore printed no report: ${said.out.slice(0, 300)}${said.err.slice(-600)}`] }
  const { variables, random, connectionFile, problems } = read.data
  const lines = [...variables, ...random].map(({ name, result, why }) => ({
    result,
    line: `${name}: ${why}`,
  }))
  const linesOf = (result: string) => lines.filter((one) => one.result === result).map(({ line }) => line)
  const faults = [
    ...linesOf('differs').map((line) => `differs: ${line}`),
    ...problems.map((one) => `problem: ${one}`),
  ]
  const sameNext =
    connectionFile === null
      ? null
      : await judgeNext(root, connectionFile, cells.at(-1) ?? '', runs.at(-1) ?? '')
  return {
    variables: variables.length,
    restored: variables.filter(({ result }) => result === 'restored' || result === 'recomputed').length,
    notRestorable: linesOf('not restorable'),
    sameNext: sameNext === null ? null : sameNext.is === sameNext.was,
    faults: [...faults, ...(sameNext === null || sameNext.is === sameNext.was ? [] : [nextFault(sameNext)])],
  }
}

const nextFault = ({ was, is }: { readonly was: string; readonly is: string }): string =>
  `the next step printed ${JSON.stringify(is.slice(-400))}, was ${JSON.stringify(was.slice(-400))}`

/** What the last cell printed, and what the same code prints in the restored kernel, which is ended. */
async function judgeNext(root: string, connectionFile: string, code: string, run: string) {
  const was = await yesterday(root, 'output', run)
  const is = await perform(python ?? '', [nextStep, connectionFile, code], root)
  return { was: was.out.trim(), is: is.code === 0 ? is.out.trim() : is.err }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}
