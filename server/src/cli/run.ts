/**
 * `yesterday run NOTEBOOK`: all code cells in order in a new session, without a browser and without a room, recorded
 * like any run. Invariant: what it prints as done is durable; the kernel does not outlive it.
 */
import { realpathSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Kernels } from '@yesterday/kernel-bridge'
import type { Command } from 'commander'
import * as Y from 'yjs'
import { z } from 'zod'
import { cellId, cellSource, cellsOf, cellType, findCell, hasTag, tag } from '../../contract/document.ts'
import { readRegular } from '../disk/regular-file.ts'
import type { NotebookForm } from '../document/cell-form.ts'
import { readCell, readForm, seedDocument } from '../document/document-form.ts'
import { identifyFile } from '../document/identity/project-notebooks.ts'
import { type ReadNotebook, readNotebook } from '../document/ipynb-read.ts'
import type { Refusal as DocumentRefusal } from '../document/ports.ts'
import { ResultPublisher } from '../results/publisher.ts'
import type { Answer } from '../results/server-client.ts'
import { projectSecrets } from '../secrets/secrets.ts'
import { limitRuns } from '../session/limit-runs.ts'
import { MissingKernelError, specNamedBy } from '../session/missing-kernel.ts'
import type { RunEnded } from '../session/run-ended.ts'
import { Session } from '../session/session.ts'
import type { Run } from '../session/state.ts'
import { findInterpreters } from '../setup/python.ts'
import type { Store } from '../store/ports.ts'
import { isRefusal, perform, printLines, printNote, type Refusal, warn } from './answer.ts'
import { type FindInterpreters, inProject, stoppable } from './in-project.ts'
import { seconds, trustOption } from './option-values.ts'
import { projectPath, projectRoot } from './project-root.ts'
import { printableColoured } from './text.ts'

const Options = z.object({
  allowErrors: z.boolean().default(false),
  timeout: z.number().optional(),
  kernel: z.string().optional(),
  save: z.boolean().default(false),
  trust: z.boolean().default(false),
  json: z.boolean().default(false),
  root: z.string().optional(),
})
type Options = z.infer<typeof Options>

/** Adds the command. */
export function registerRun(program: Command, interpreters: FindInterpreters = findInterpreters): void {
  program
    .command('run')
    .argument('<notebook>', 'the .ipynb file')
    .description('run all code cells in order, recorded like any run')
    .option('--allow-errors', 'continue after a cell that fails')
    .option('--timeout <seconds>', 'interrupt a cell that takes longer', seconds)
    .option('--kernel <name>', 'the kernelspec to use')
    .option('--save', 'write the outputs into the notebook')
    .option(...trustOption)
    .option('--json', 'a line of JSON per executed cell')
    .option('--root <dir>', 'the project folder')
    .action(async (notebook: string, raw: unknown) => {
      const options = Options.parse(raw)
      await perform({ json: options.json, goesOn: true }, () => runNotebook(notebook, options, interpreters))
    })
}

async function runNotebook(
  named: string,
  options: Options,
  interpreters: FindInterpreters,
): Promise<Refusal | null> {
  const file = resolve(named)
  const read = await readNamed(named, file)
  if (isRefusal(read)) return read
  const root = projectRoot({ root: options.root, notebook: file })
  return inProject(root, { trust: options.trust, interpreters }, async ({ store, kernels }) => {
    const publisher = options.save ? publisherOf(root, file, store) : null
    const begun = publisher === null ? await formOf(read, store) : await publisher.start()
    if (!begun.ok) return asRefusal(begun.refusal)
    const job = { file, root, options, store, kernels, publisher, form: begun.value }
    return (await missingKernel(kernels, options, job.form)) ?? (await runAll(job))
  })
}

const publisherOf = (root: string, file: string, store: Store): ResultPublisher =>
  new ResultPublisher({ root: realpathSync(root), path: projectPath(root, file), store, warn })

async function formOf(read: ReadNotebook, store: Store): Promise<Answer<NotebookForm>> {
  await Promise.all([...read.large.values()].map((bytes) => store.objects.put(bytes)))
  return { ok: true, value: read.file.form }
}

/** The notebook of this name, or why it cannot be read. */
export async function readNamed(named: string, file: string): Promise<ReadNotebook | Refusal> {
  const bytes = await readRegular(file).catch((error: NodeJS.ErrnoException) => error)
  if (bytes instanceof Error) return bytes.code === 'ENOENT' ? noNotebook(named) : unreadable(named, bytes)
  const read = readNotebook(bytes, projectSecrets(dirname(file)).masker)
  return read.ok ? read : notNotebook(named, read.refusal.message)
}

const noNotebook = (named: string): Refusal => ({
  code: 'no-notebook',
  message: `there is no notebook "${named}"`,
  hint: 'Name an .ipynb file, relative to the current folder.',
  exit: 2,
})

const unreadable = (named: string, { message }: Error): Refusal => ({
  code: 'unreadable',
  message: `"${named}" cannot be read: ${message}`,
  hint: 'Check that it is a file and that you may read it.',
  exit: 1,
})

const notNotebook = (named: string, why: string): Refusal => ({
  code: 'bad-notebook',
  message: `"${named}" is no notebook that can be run. ${why}`,
  hint: 'Nothing was run. Repair the file, or use an earlier version of it.',
  exit: 1,
})

interface Job {
  readonly file: string
  readonly root: string
  readonly options: Options
  readonly store: Store
  readonly kernels: Kernels
  readonly form: NotebookForm
  /** Null where the outputs are not saved. */
  readonly publisher: ResultPublisher | null
}

async function runAll(job: Job): Promise<Refusal | null> {
  const { file, root, options, store, kernels, form, publisher } = job
  await identifyFile(root, store, projectPath(root, file))
  const doc = new Y.Doc()
  seedDocument(doc, form)
  const session = new Session({
    kernels,
    store,
    doc,
    documentId: null,
    path: () => projectPath(root, file),
    cwd: () => dirname(file),
    defaultSpec: () => chooseSpec(kernels, options.kernel, form),
    allowStdin: false,
    prewarm: false,
  })
  session.events.on('recorded', (entry, run) => publish(publisher, doc, entry, run))
  const stop = (): void => {
    session.shutdown(actor())
  }
  const ended = await stoppable(stop, () => runCells(session, doc, options))
  session.shutdown(actor())
  await session.settled()
  process.exitCode = ended ? 0 : 1
  if (publisher === null) return null
  // What was run is recorded, also where its outputs cannot be written into the file.
  return asRefusal(await publisher.finish(readForm(doc).metadata))
}

/** Saves what the cell shows now. Runs that never began have shown nothing. */
function publish(
  publisher: ResultPublisher | null,
  doc: Y.Doc,
  entry: RunEnded,
  { run, cell, actor }: Run,
): void {
  const found = findCell(doc, cell)
  if (publisher === null || found === null || entry.started === null) return
  const { outcome, started, at: ended, durationMs } = entry
  const { outputs, executionCount } = readCell(found.cell)
  const recorded = { run, cell, outcome, started, ended, durationMs, actor }
  publisher.add({ recorded, executionCount, outputs: [...(outputs ?? [])] })
}

/** True when all ended ok, or errors are allowed and the kernel lived. */
async function runCells(session: Session, doc: Y.Doc, options: Options): Promise<boolean> {
  const cells = cellsOf(doc)
    .toArray()
    .filter((cell) => cellType(cell) === 'code' && cellSource(cell).toString().trim() !== '')
    .filter((cell) => !hasTag(cell, tag.skipped))
  const over = Promise.withResolvers<boolean>()
  let [left, good] = [cells.length, true]
  session.events.on('event', (event) => {
    if (event.type === 'notice') printNote(event.text)
  })
  let problem: string | null = null
  session.events.on('changed', () => {
    const now = session.view().kernel.problem
    if (now !== null && now !== problem) printNote(now)
    problem = now
  })
  session.events.on('recorded', (entry, run) => {
    if (entry.started !== null) report(entry, run, options.json)
    good &&= entry.outcome === 'ok' || (entry.outcome === 'error' && !run.stopOnError)
    left -= 1
    if (left === 0) over.resolve(good)
  })
  limitRuns(session, options.timeout)
  if (cells.length === 0) return true
  const refusal = await session.run(cells.map(cellId), actor(), !options.allowErrors)
  return refusal === null ? over.promise : false
}

function report(entry: RunEnded, { run, place, cell }: Run, json: boolean): void {
  const { outcome, durationMs } = entry
  if (json) {
    process.stdout.write(`${JSON.stringify({ run, cell: place, cellId: cell, outcome, durationMs })}\n`)
    return
  }
  printLines([`cell ${place}  ${outcome}  ${(durationMs / 1000).toFixed(2)} s  run ${run}`])
  if (entry.error !== null) process.stderr.write(`${printableColoured(entry.error.traceback.join('\n'))}\n`)
}

/** The user of this machine. */
export const actor = () => ({ id: `user:${userInfo().username}`, name: userInfo().username })

/** The one asked for; else the one that the notebook names; else the first Python. Throws `MissingKernelError`. */
export async function chooseSpec(
  kernels: Pick<Kernels, 'specs'>,
  asked: string | undefined,
  { metadata }: NotebookForm,
): Promise<string> {
  if (asked !== undefined) return asked
  const named = await specNamedBy(kernels, metadata)
  if (named !== null) return named
  const specs = await kernels.specs()
  const chosen = specs.find((spec) => spec.language === 'python') ?? specs[0]
  if (chosen === undefined)
    throw new Error('No kernel is installed. Install one: python3 -m pip install ipykernel')
  return chosen.name
}

/** Null where the notebook's kernel is here, or another was asked for. */
export async function missingKernel(
  kernels: Pick<Kernels, 'specs'>,
  { kernel }: { readonly kernel?: string | undefined },
  { metadata }: NotebookForm,
): Promise<Refusal | null> {
  if (kernel !== undefined) return null
  try {
    await specNamedBy(kernels, metadata)
    return null
  } catch (error) {
    if (!(error instanceof MissingKernelError)) throw error
    const { message, hint } = error
    return {
      code: 'missing-kernel',
      message,
      hint: `Nothing was run. ${hint} (--kernel NAME chooses one)`,
      exit: 1,
    }
  }
}

function asRefusal(refusal: DocumentRefusal | null): Refusal | null {
  if (refusal === null) return null
  const { code, message, hint = 'What was run is recorded: see "yesterday log".' } = refusal
  return { code: code.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), message, hint, exit: 1 }
}
