/** From what is asked to be run again to the recorded runs, in the order in which they are to run. */
import type { ReplayTarget } from '../../contract/replay.ts'
import type { Receipt, RunSummary } from '../../contract/run.ts'
import { sliceOf, targetOf } from '../lineage/slice.ts'
import type { RunIndex } from '../store/ports.ts'

/** An expected refusal, for a person and for programs. */
export interface Refused {
  readonly refused: { readonly code: string; readonly message: string; readonly hint: string }
}

export const refused = (code: string, message: string, hint: string): Refused => ({
  refused: { code, message, hint },
})
export const isRefused = (value: object | null): value is Refused => value !== null && 'refused' in value

/** The runs to repeat, oldest first; never empty. */
export async function runsOf(index: RunIndex, target: ReplayTarget): Promise<readonly Receipt[] | Refused> {
  const runs = await namedRuns(index, target)
  if (isRefused(runs)) return runs
  const receipts = (await Promise.all(runs.map((run) => index.receipt(run)))).filter((one) => one !== null)
  const started = receipts.filter(({ started }) => started !== null)
  if (started.length > 0) return started
  return refused('nothing', 'nothing of that ran', 'See "yesterday log".')
}

async function namedRuns(index: RunIndex, target: ReplayTarget): Promise<readonly string[] | Refused> {
  switch (target.kind) {
    case 'run':
      return sliceRuns(index, target.run, target.name)
    case 'state':
      return runsUpTo(index, target.run)
    case 'session':
      return sessionRuns(index, target.session)
    case 'notebook':
      return notebookRuns(index, target.path)
  }
}

/** A whole id for a prefix. */
export async function wholeRun(index: RunIndex, prefix: string): Promise<string | Refused> {
  const found = await index.resolve(prefix)
  if (found.kind === 'found') return found.run
  if (found.kind === 'missing')
    return refused(
      'no-run',
      `there is no run "${prefix}" in this project`,
      'See "yesterday log"; a short id has at least 4 digits. Another project is named with --root.',
    )
  const candidates = found.candidates.join(', ')
  return refused('ambiguous-run', `several runs begin with "${prefix}": ${candidates}`, 'Give more digits.')
}

/** The slice, as far as one kernel can run it: what other sessions made comes as files. */
async function sliceRuns(
  index: RunIndex,
  prefix: string,
  name: string | undefined,
): Promise<readonly string[] | Refused> {
  const run = await wholeRun(index, prefix)
  if (typeof run !== 'string') return run
  const links = await index.links(run)
  if (links === null) return refused('not-ended', `run ${run} has not ended`, 'Ask again when it has.')
  const target = name === undefined ? null : await targetOf(index, links, name)
  if (target !== null && target.kind !== 'runs') {
    const known = target.names.join(', ') || 'nothing that has a name'
    return refused(target.kind, `no recorded run made "${name}" for run ${run}`, `It knows: ${known}`)
  }
  const slice = await sliceOf(index, target ?? { runs: [run] })
  return inSession(index, slice, links.session)
}

/** Those of one session. */
async function inSession(
  index: RunIndex,
  runs: readonly string[],
  session: string,
): Promise<readonly string[]> {
  const summaries = new Map((await index.summaries(runs)).map((summary) => [summary.run, summary]))
  return runs.filter((run) => summaries.get(run)?.session === session)
}

async function sessionRuns(index: RunIndex, prefix: string): Promise<readonly string[] | Refused> {
  const session = await index.sessionStarted(prefix)
  if (session === null)
    return refused('no-session', `there is no session "${prefix}"`, 'See "yesterday log --json".')
  const runs: RunSummary[] = []
  for (let before: string | null | undefined; before !== null; ) {
    const page = await index.page({
      session: session.session,
      limit: 500,
      ...(before === undefined ? {} : { before }),
    })
    runs.push(...page.runs)
    before = page.next
  }
  return runs.toReversed().map(({ run }) => run)
}

async function runsUpTo(index: RunIndex, prefix: string): Promise<readonly string[] | Refused> {
  const run = await wholeRun(index, prefix)
  if (typeof run !== 'string') return run
  const receipt = await index.receipt(run)
  if (receipt === null) return refused('not-ended', `run ${run} has not ended`, 'Ask again when it has.')
  const runs = await sessionRuns(index, receipt.session)
  return isRefused(runs) ? runs : runs.slice(0, runs.indexOf(run) + 1)
}

async function notebookRuns(index: RunIndex, notebook: string): Promise<readonly string[] | Refused> {
  const [last] = (await index.page({ notebook, limit: 1 })).runs
  return last === undefined
    ? refused('never-run', `${notebook} was never run here`, 'Run it with "yesterday run" first.')
    : sessionRuns(index, last.session)
}
