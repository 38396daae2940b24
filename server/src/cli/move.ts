/** `yesterday move NOTEBOOK --to KERNEL`: the session of an open notebook goes on in another kernel. The server does it. */
import { realpathSync } from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import { durationText } from '../../contract/amounts.ts'
import { type MoveReport, moveReasonText } from '../../contract/move.ts'
import { Job } from '../../contract/replay.ts'
import { ServerClient } from '../results/server-client.ts'
import { ServerLock } from '../user/server-lock.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { askInTerminal } from './ask.ts'
import { stoppable } from './in-project.ts'
import { say } from './language.ts'
import { projectPath, projectRoot } from './project-root.ts'
import { counted, size, table } from './text.ts'

const Options = CommonOptions.extend({
  to: z.string().min(1).max(300),
  plan: z.boolean().default(false),
  stop: z.boolean().default(false),
  yes: z.boolean().default(false),
})
type Options = z.infer<typeof Options>

const examples = `
Examples:
  yesterday move a.ipynb --to python3@gpu1 --plan   what would move, and what cannot
  yesterday move a.ipynb --to python3@gpu1          asks, and moves
  yesterday move a.ipynb --to python3               back again: the kernel before was kept
`

/** Adds the command. */
export function registerMove(program: Command): void {
  program
    .command('move')
    .argument('<notebook>', 'a notebook that a server has open')
    .description('the session of a notebook goes on in another kernel, with its variables')
    .requiredOption('--to <kernel>', 'the name of a kernel: see "yesterday kernels"')
    .option('--plan', 'only show what would move')
    .option('--stop', 'end the kernel before, instead of keeping it')
    .option('--yes', 'do not ask')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (notebook: string, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => moveNotebook(notebook, options))
    })
}

async function moveNotebook(notebook: string, options: Options): Promise<Refusal | null> {
  const root = realpathSync(projectRoot({ root: options.root, notebook }))
  const holder = await ServerLock.holder(root)
  if (holder === null || holder.port === 0 || holder.purpose !== 'serve') return NO_SERVER
  const client = new ServerClient(holder)
  const opened = await client.open(projectPath(root, notebook))
  if (!opened.ok) return refusalOf(opened.refusal)
  const request = { kind: 'move', documentId: opened.value.documentId, spec: options.to, keep: !options.stop }
  const started = await client.post('/api/replay/jobs', { ...request, confirm: true })
  if (!started.ok) return refusalOf(started.refusal)
  const job = Job.parse(started.value)
  const stopping = new AbortController()
  return stoppable(
    () => stopping.abort(),
    () => follow(client, job, options, stopping.signal),
  )
}

/** Shows the plan, asks, and waits until it has moved. */
async function follow(
  client: ServerClient,
  { id }: Job,
  options: Options,
  signal: AbortSignal,
): Promise<Refusal | null> {
  let isAsked = false
  for (let after: number | null = null; ; ) {
    if (signal.aborted) await client.delete(`/api/replay/jobs/${id}`)
    const query: string = after === null ? '' : `?after=${after}`
    const looked = await client.get(`/api/replay/jobs/${id}${query}`)
    if (!looked.ok) return refusalOf(looked.refusal)
    const job = Job.parse(looked.value)
    after = job.revision
    if (job.state !== 'running') return ended(job, options)
    if (job.progress.phase !== 'waiting' || job.move === null || isAsked) continue
    isAsked = true
    if (!options.json || options.plan) show(job.move, options)
    const goesOn = !options.plan && (options.yes || (await askInTerminal('Continue there? [y/N] ', signal)))
    await (goesOn
      ? client.post(`/api/replay/jobs/${id}/confirm`, {})
      : client.delete(`/api/replay/jobs/${id}`))
    if (!goesOn) return options.plan ? null : NOT_CONFIRMED
  }
}

function ended({ state, problem, move }: Job, options: Options): Refusal | null {
  if (problem !== null) return { ...problem, hint: problem.hint ?? '', exit: 1 }
  if (state !== 'done' || move === null) return NOT_CONFIRMED
  if (options.json) printJson(move)
  else printLines(resultLines(move))
  return null
}

function show(report: MoveReport, { json }: Options): void {
  if (json) printJson(report)
  else printLines(planLines(report))
}

/** The plan as lines for a terminal. */
export function planLines({ plan }: MoveReport): readonly string[] {
  const { source, target, packages, files, runs, environment } = plan
  const at = ({ displayName, where, python }: typeof source): string =>
    `${displayName}${where === null ? '' : ` on ${where}`}, Python ${python}`
  const rows = plan.variables.map(({ name, type, way, bytes, reason }) => [
    WAYS[way],
    name,
    type,
    reason === null ? (bytes === null ? '' : size(bytes)) : moveReasonText(reason),
  ])
  const lost = files.filter(({ reason }) => reason !== null)
  return [
    `from ${at(source)}`,
    `to   ${at(target)}${plan.isBack ? ', which was kept' : ''}`,
    ...table(rows),
    ...runs.map(
      ({ cell, title, expectedMs }) =>
        `runs again: [${cell ?? '-'}] ${title} (${durationText(expectedMs, say)})`,
    ),
    ...lost.map(({ name, reason }) => `not sent: ${name}: ${reason === null ? '' : moveReasonText(reason)}`),
    ...packages.map(({ name, source: is, target: other }) =>
      other === null ? `package: ${name} ${is} is missing there` : `package: ${name} ${is} is ${other} there`,
    ),
    ...environment.flatMap(({ name, hidden }) =>
      hidden ? [`not sent: ${name}, which may be a secret`] : [],
    ),
    `${size(plan.bytes)} in ${counted(files.length - lost.length, 'file')} and values; about ${durationText(plan.expectedMs, say)} to run again`,
  ]
}

const WAYS = { sent: 'moves', rerun: 'made again', present: 'there', left: 'stays' } as const

function resultLines({ plan, kept, problems, tookMs }: MoveReport): readonly string[] {
  const failed = plan.variables.filter(({ way, result }) => way !== 'left' && result !== 'there')
  const count = plan.variables.filter(({ result }) => result === 'there' || result === 'differs').length
  const of = `${count} of ${counted(plan.variables.length, 'variable')}`
  return [
    ...failed.map(({ name, result, reason }) =>
      result === 'differs'
        ? `${name} was made again and differs`
        : `${name} is missing: ${reason === null ? '' : moveReasonText(reason)}`,
    ),
    ...problems,
    `The notebook is on ${plan.target.displayName}: ${of}, ${durationText(tookMs, say)}.`,
    kept
      ? `The kernel before was kept: yesterday move … --to ${plan.source.spec} goes back.`
      : 'The kernel before was ended.',
  ]
}

const NO_SERVER: Refusal = {
  code: 'no-server',
  message: 'no server has this project open, so there is no kernel to move from',
  hint: 'Start one with "yesterday serve", and run the notebook.',
  exit: 1,
}
const NOT_CONFIRMED: Refusal = {
  code: 'not-moved',
  message: 'the notebook did not move',
  hint: 'Without a terminal, --yes agrees to the plan.',
  exit: 1,
}

const refusalOf = (refusal: {
  readonly code: string
  readonly message: string
  readonly hint?: string
}): Refusal => ({
  code: refusal.code,
  message: refusal.message,
  hint: refusal.hint ?? '',
  exit: 1,
})
