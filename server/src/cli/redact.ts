/** `yesterday redact`: masks secrets in what was recorded before they were known; the plan comes first. */
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { KnownSecrets, Masker } from '@yesterday/kernel-bridge'
import type { Command } from 'commander'
import { z } from 'zod'
import { Agreements } from '../document/agreed.ts'
import { nodeDisk } from '../document/disk.ts'
import { applyRedaction, planRedaction, type RedactionPlan } from '../redact/redact.ts'
import { filesWith, notebooksWith } from '../redact/remains.ts'
import { fingerprintKey, projectSecrets } from '../secrets/secrets.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/ports.ts'
import { storePaths } from '../store/project-folder.ts'
import { ServerLock } from '../user/server-lock.ts'
import { CommonOptions, isRefusal, perform, printJson, printLines, type Refusal } from './answer.ts'
import { findRun } from './find-run.ts'
import { projectRoot } from './project-root.ts'
import { terminalActor } from './replaying.ts'

const SHORTEST = 3
const Options = CommonOptions.extend({
  all: z.boolean().default(false),
  valueFromEnv: z.array(z.string()).default([]),
  valueStdin: z.boolean().default(false),
  detect: z.boolean().default(false),
  apply: z.boolean().default(false),
})
type Options = z.infer<typeof Options>

const examples = `
Examples:
  read -s OLD && export OLD                            a value that is not shown on the screen
  yesterday redact --all --value-from-env OLD          where it is in the history
  yesterday redact --all --value-from-env OLD --apply  mask it
  yesterday redact 3f2a --detect                       what looks like a secret in one run

Masked: code, outputs, previews, names, checkpoints and documents. Stored values and file versions that hold a secret are
removed. Your notebooks stay as they are; those that still hold a secret are named. Change the secret itself as well.`

/** Adds the command. */
export function registerRedact(program: Command): void {
  program
    .command('redact')
    .argument('[run]', 'a run or its first digits')
    .description('mask secrets in what was recorded before they were known')
    .option('--all', 'in the whole history')
    .option('--value-from-env <name...>', 'the value of an environment variable')
    .option('--value-stdin', 'the value that standard input gives')
    .option('--detect', 'what looks like a secret, and the values of the environment and .env files')
    .option('--apply', 'apply the plan; without it, the plan is only shown')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (run: string | undefined, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => redact(run, options))
    })
}

async function redact(run: string | undefined, options: Options): Promise<Refusal | null> {
  if ((run === undefined) === !options.all)
    return refusal('which', 'say what to redact: a run, or --all', 'yesterday redact --all --detect')
  const root = realpathSync(projectRoot({ root: options.root }))
  const masker = await maskerOf(options, root)
  if (isRefusal(masker)) return masker
  // A server or program that records meanwhile would write what is removed here again.
  const lock = options.apply ? await ServerLock.take(root, 'redact') : null
  if (lock !== null && !(lock instanceof ServerLock)) return served
  const store = await openStore({ root })
  try {
    return await redactIn(store, masker, root, run, options)
  } finally {
    await store.close()
    if (lock !== null) lock.release()
  }
}

async function redactIn(
  store: Store,
  masker: Masker,
  root: string,
  prefix: string | undefined,
  options: Options,
): Promise<Refusal | null> {
  const found = prefix === undefined ? null : await findRun(store.index, prefix)
  if (found !== null && isRefusal(found)) return found
  const run = found?.run ?? null
  if (options.apply && (await store.index.openSessions()).length > 0) return open
  const plan = await planRedaction(store, masker, run)
  const { folder } = storePaths(root)
  const applied = options.apply && !isEmpty(plan)
  if (applied) {
    const agreements = new Agreements(nodeDisk, join(folder, 'agreed'))
    await applyRedaction(store, plan, agreements, {
      by: terminalActor(),
      at: new Date().toISOString(),
      reason: reasonOf(options),
    })
  }
  const report = {
    run,
    entries: plan.entries.length,
    ...plan.counts,
    documents: plan.documents.reduce((sum, { maskedOutputs }) => sum + maskedOutputs, 0),
    notebooks: await notebooksWith(root, masker),
    left: applied && run === null ? await filesWith(folder, masker) : [],
    applied,
  }
  if (options.json) printJson(report)
  else printLines(reportLines(report, options.apply))
  if (report.left.length > 0) process.exitCode = 1
  return null
}

const isEmpty = ({ entries, replaced, documents }: RedactionPlan): boolean =>
  entries.length === 0 && replaced.size === 0 && documents.every(({ maskedOutputs }) => maskedOutputs === 0)

/** Never the value itself. */
const reasonOf = ({ valueFromEnv, valueStdin, detect }: Options): string =>
  [
    'yesterday redact',
    ...valueFromEnv.map((name) => `--value-from-env ${name}`),
    ...(valueStdin ? ['--value-stdin'] : []),
    ...(detect ? ['--detect'] : []),
  ].join(' ')

async function maskerOf(options: Options, root: string): Promise<Masker | Refusal> {
  const { valueFromEnv, valueStdin, detect } = options
  if (valueFromEnv.length === 0 && !valueStdin && !detect)
    return refusal(
      'no-value',
      'which secret is meant?',
      'Give --value-from-env NAME, --value-stdin or --detect.',
    )
  const values = valueStdin ? [(await textOf(process.stdin)).replace(/\r?\n$/, '')] : []
  for (const name of valueFromEnv) {
    const value = process.env[name]
    if (value === undefined) return refusal('no-value', `there is no variable ${name}`, 'Export it first.')
    values.push(value)
  }
  if (values.some(({ length }) => length < SHORTEST))
    return refusal(
      'short-value',
      `a value has fewer than ${SHORTEST} characters`,
      'It would be found everywhere.',
    )
  const known = new KnownSecrets()
  known.learn(values)
  if (detect) known.learn(projectSecrets(root).masker.known.values)
  return new Masker(known, () => Buffer.from(fingerprintKey(), 'hex'), { detects: detect })
}

interface Report {
  readonly entries: number
  readonly code: number
  readonly output: number
  readonly checkpoint: number
  readonly other: number
  readonly documents: number
  readonly notebooks: readonly string[]
  readonly left: readonly string[]
  readonly applied: boolean
}

function reportLines(report: Report, asked: boolean): readonly string[] {
  const { entries, code, output, checkpoint, other, documents, notebooks, left, applied } = report
  const counts: readonly (readonly [number, string])[] = [
    [entries, applied ? 'entry masked' : 'entry to mask'],
    [code, 'source'],
    [output, 'output'],
    [checkpoint, 'checkpoint'],
    [documents, 'output in documents'],
    [other, applied ? 'stored value or file version removed' : 'stored value or file version to remove'],
  ]
  const found = counts.filter(([count]) => count > 0).map(([count, what]) => `  ${count} × ${what}`)
  const head = applied ? 'masked in the history:' : 'found in the history:'
  return [
    ...(found.length === 0 ? ['the history holds no such secret'] : [head, ...found]),
    ...notebooks.map((path) => `still in ${path}, which is yours to change`),
    ...left.map((path) => `still in .yesterday/${path}`),
    ...(found.length === 0 || asked ? [] : ['nothing was changed; do it with --apply']),
  ]
}

const refusal = (code: string, message: string, hint: string): Refusal => ({ code, message, hint, exit: 2 })

const served: Refusal = {
  code: 'busy',
  message: 'this folder is being served, and the server records what it knows',
  hint: 'Stop the server, then run this command again.',
  exit: 1,
}

const open: Refusal = {
  code: 'busy',
  message: 'a kernel of this project is still running and holds its environment',
  hint: 'Stop it: yesterday kernels --stop --all',
  exit: 1,
}
