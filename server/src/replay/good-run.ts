/** Which earlier run of a cell was right: the one that is named, or the last one known to be right. */
import type { SinceReport } from '../../contract/replay.ts'
import type { Receipt, RunSummary } from '../../contract/run.ts'
import type { RunIndex } from '../store/ports.ts'
import { type Refused, refused, wholeRun } from './targets.ts'
import { holds, parseWhere } from './where.ts'

/** So many runs of one cell are looked through. */
const LOOK_BACK = 5000

export interface Asked {
  /** A run, or a cell by its id; of a cell the last run is meant. */
  readonly run: string
  readonly good?: string | undefined
  readonly where?: string | undefined
}

export interface Chosen {
  readonly good: Receipt
  readonly bad: Receipt
  readonly chosen: SinceReport['chosen']
}

export async function chooseRuns(index: RunIndex, asked: Asked): Promise<Chosen | Refused> {
  const bad = await badRun(index, asked.run)
  if ('refused' in bad) return bad
  if (asked.good !== undefined) {
    const named = await wholeRun(index, asked.good)
    const good = typeof named === 'string' ? await index.receipt(named) : named
    if (good === null) return notEnded(asked.good)
    return 'refused' in good ? good : { good, bad, chosen: 'named' }
  }
  const comparisons = asked.where === undefined ? null : parseWhere(asked.where)
  if (asked.where !== undefined && comparisons === null)
    return refused('bad-where', `"${asked.where}" is no comparison`, 'Say it as in: acc > 0.9')
  const chosen = comparisons !== null ? 'where' : bad.outcome === 'ok' ? 'output' : 'success'
  const isGood = (receipt: Receipt): boolean =>
    comparisons !== null
      ? receipt.outcome === 'ok' && holds(comparisons, receipt)
      : receipt.outcome === 'ok' && (bad.outcome !== 'ok' || !showsTheSame(receipt, bad))
  const good = await lastBefore(index, bad, isGood)
  return good === null ? noGood(bad, chosen) : { good, bad, chosen }
}

async function badRun(index: RunIndex, asked: string): Promise<Receipt | Refused> {
  const found = await index.resolve(asked)
  const run = found.kind === 'missing' ? await lastOfCell(index, asked) : await wholeRun(index, asked)
  if (typeof run !== 'string') return run
  return (await index.receipt(run)) ?? notEnded(run)
}

const notEnded = (run: string): Refused =>
  refused('not-ended', `run ${run} has not ended`, 'Ask again when it has.')

async function lastOfCell(index: RunIndex, cell: string): Promise<string | Refused> {
  const [last] = (await index.page({ cellId: cell, limit: 1 })).runs
  if (last !== undefined) return last.run
  return refused('no-run', `there is neither a run nor a cell "${cell}"`, 'See "yesterday log".')
}

async function lastBefore(
  index: RunIndex,
  bad: Receipt,
  isGood: (receipt: Receipt) => boolean,
): Promise<Receipt | null> {
  let seen = 0
  for await (const { run } of earlierRuns(index, bad)) {
    if (++seen > LOOK_BACK) return null
    const receipt = await index.receipt(run)
    if (receipt !== null && isGood(receipt)) return receipt
  }
  return null
}

/** Earlier runs of the same cell, newest first. */
async function* earlierRuns(index: RunIndex, { cellId, run }: Receipt): AsyncGenerator<RunSummary> {
  const notebook = await index.notebookOf(run)
  if (cellId === null || notebook === null) return
  let found = false
  for (let before: string | null | undefined; before !== null; ) {
    const page = await index.page({
      cellId,
      notebook,
      limit: 100,
      ...(before === undefined ? {} : { before }),
    })
    for (const summary of page.runs) {
      if (found) yield summary
      found ||= summary.run === run
    }
    before = page.next
  }
}

const showsTheSame = (a: Receipt, b: Receipt): boolean => said(a) === said(b)

/** What it showed; of a run that showed nothing, what it made. */
function said({ outputs, generated }: Receipt): string {
  if (outputs.length > 0) return outputs.map(({ mime, digest }) => `${mime} ${digest}`).join('\n')
  return generated.map(({ kind, name, digest }) => `${kind} ${name} ${digest}`).join('\n')
}

function noGood({ run }: Receipt, chosen: SinceReport['chosen']): Refused {
  const what = {
    named: 'was named',
    success: 'succeeded',
    output: 'showed anything else',
    where: 'was so',
  }[chosen]
  return refused('no-good-run', `no earlier run of the cell of ${run} ${what}`, 'Name one with --good RUN.')
}
