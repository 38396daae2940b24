/**
 * `yesterday run NOTEBOOK`: all code cells in order in a new session, without a browser and without a room, recorded
 * like any run. Invariant: what it prints as done is durable; the kernel does not outlive it.
 */
import { statSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createKernels, type Interpreter, type Kernels } from '@yesterday/kernel-bridge'
import type { Command } from 'commander'
import * as Y from 'yjs'
import { z } from 'zod'
import { cellId, cellSource, cellsOf, cellType } from '../../contract/document.ts'
import { readForm, seedDocument } from '../document/document-form.ts'
import { type ReadNotebook, readNotebook } from '../document/ipynb-read.ts'
import { writeNotebook } from '../document/ipynb-write.ts'
import { fileText } from '../document/notebook-file.ts'
import { limitRuns } from '../session/limit-runs.ts'
import type { RunEnded } from '../session/run-ended.ts'
import { Session } from '../session/session.ts'
import type { Run } from '../session/state.ts'
import { findInterpreters } from '../setup/python.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/ports.ts'
import { FOLDER } from '../store/project-folder.ts'
import { isRefusal, notWritten, perform, type Refusal } from './answer.ts'
import { seconds } from './option-values.ts'
import { projectPath, projectRoot } from './project-root.ts'

const Options = z.object({
  allowErrors: z.boolean().default(false),
  timeout: z.number().optional(),
  kernel: z.string().optional(),
  save: z.boolean().default(false),
  json: z.boolean().default(false),
  root: z.string().optional(),
})
type Options = z.infer<typeof Options>

/** Finds the Pythons to offer as kernels for a project. */
export type FindInterpreters = (root: string) => Promise<readonly Interpreter[]>

/** Adds the command. */
export function registerRun(program: Command, interpreters: FindInterpreters = findInterpreters): void {
  program
    .command('run')
    .argument('<notebook>', 'the .ipynb file')
    .description('run all code cells in order, recorded like any run')
    .option('--allow-errors', 'go on after a cell that fails')
    .option('--timeout <seconds>', 'interrupt a cell that takes longer', seconds)
    .option('--kernel <name>', 'the kernelspec to use')
    .option('--save', 'write the outputs into the notebook')
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
  if (!isFolder(root)) return noFolder(root)
  const store = await openStore({ root })
  const kernels = createKernels({
    runtimeDir: join(root, FOLDER, 'kernels'),
    interpreters: await interpreters(root),
  })
  try {
    return await runAll({ file, root, options, store, kernels, read })
  } finally {
    await kernels.close({ shutdown: true })
    await store.close()
  }
}

async function readNamed(named: string, file: string): Promise<ReadNotebook | Refusal> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => error)
  if (bytes instanceof Error) return bytes.code === 'ENOENT' ? noNotebook(named) : unreadable(named, bytes)
  const read = readNotebook(bytes)
  return read.ok ? read : notNotebook(named, read.refusal.message)
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

const noNotebook = (named: string): Refusal => ({
  code: 'no-notebook',
  message: `there is no notebook "${named}"`,
  hint: 'Name an .ipynb file; its path is taken from the folder that you are in.',
  exit: 2,
})

const unreadable = (named: string, { message }: Error): Refusal => ({
  code: 'unreadable',
  message: `"${named}" cannot be read: ${message}`,
  hint: 'Look whether it is a file, and whether you may read it.',
  exit: 1,
})

const notNotebook = (named: string, why: string): Refusal => ({
  code: 'bad-notebook',
  message: `"${named}" is no notebook that can be run. ${why}`,
  hint: 'Nothing was run. Mend the file, or take an earlier version of it.',
  exit: 1,
})

const noFolder = (root: string): Refusal => ({
  code: 'no-folder',
  message: `there is no folder ${root}`,
  hint: 'Name a folder that exists with --root, or make it first.',
  exit: 2,
})

interface Job {
  readonly file: string
  readonly root: string
  readonly options: Options
  readonly store: Store
  readonly kernels: Kernels
  readonly read: ReadNotebook
}

async function runAll(job: Job): Promise<Refusal | null> {
  const { file, root, options, store, kernels, read } = job
  await Promise.all([...read.large.values()].map((bytes) => store.objects.put(bytes)))
  const doc = new Y.Doc()
  seedDocument(doc, read.file.form)
  const session = new Session({
    kernels,
    store,
    doc,
    documentId: null,
    path: () => projectPath(root, file),
    cwd: () => dirname(file),
    defaultSpec: () => chooseSpec(kernels, options.kernel, read),
    allowStdin: false,
    prewarm: false,
  })
  const stop = (): void => void session.shutdown(actor())
  for (const signal of stopSignals) process.once(signal, stop)
  const ended = await runCells(session, doc, options)
  for (const signal of stopSignals) process.off(signal, stop)
  session.shutdown(actor())
  await session.settled()
  process.exitCode = ended ? 0 : 1
  return options.save ? await save(file, doc, read, store) : null
}

/** The kernel is a process group of its own: what ends this program must end it as well. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** True when all ended ok, or errors are allowed and the kernel lived. */
async function runCells(session: Session, doc: Y.Doc, options: Options): Promise<boolean> {
  const cells = cellsOf(doc)
    .toArray()
    .filter((cell) => cellType(cell) === 'code' && cellSource(cell).toString().trim() !== '')
  const over = Promise.withResolvers<boolean>()
  let [left, good] = [cells.length, true]
  session.events.on('event', (event) => {
    if (event.type === 'notice') process.stderr.write(`${event.text}\n`)
  })
  let problem: string | null = null
  session.events.on('changed', () => {
    const now = session.view().kernel.problem
    if (now !== null && now !== problem) process.stderr.write(`${now}\n`)
    problem = now
  })
  session.events.on('recorded', (entry, run) => {
    if (entry.started !== null) report(entry, run, options.json)
    good &&= entry.outcome === 'ok' || (options.allowErrors && entry.outcome === 'error')
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
  process.stdout.write(`cell ${place}  ${outcome}  ${(durationMs / 1000).toFixed(2)} s  run ${run}\n`)
  if (entry.error !== null) process.stderr.write(`${entry.error.traceback.join('\n')}\n`)
}

const actor = () => ({ id: `user:${userInfo().username}`, name: userInfo().username })

const NamedSpec = z.object({ kernelspec: z.object({ name: z.string() }) })

/** The one asked for; else the notebook's own where it is installed; else the first Python. */
async function chooseSpec(kernels: Kernels, asked: string | undefined, read: ReadNotebook): Promise<string> {
  if (asked !== undefined) return asked
  const specs = await kernels.specs()
  const named = NamedSpec.safeParse(read.file.form.metadata)
  const own = named.success ? specs.find((spec) => spec.name === named.data.kernelspec.name) : undefined
  const chosen = own ?? specs.find((spec) => spec.language === 'python') ?? specs[0]
  if (chosen === undefined)
    throw new Error('No kernel is installed. Install one: python3 -m pip install ipykernel')
  return chosen.name
}

/** What was run is recorded, also where its outputs cannot be written into the file. */
async function save(file: string, doc: Y.Doc, read: ReadNotebook, store: Store): Promise<Refusal | null> {
  const readObject = (digest: string) => store.objects.get(digest)
  const written = await writeNotebook(read.file, readForm(doc), readObject)
  const temporary = `${file}.${process.pid}.tmp`
  try {
    await writeFile(temporary, fileText(written))
    await rename(temporary, file)
    return null
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    return notWritten(file, error)
  }
}
