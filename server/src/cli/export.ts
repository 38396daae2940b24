/** `yesterday export WHAT --format …`: what was recorded, in a form that others read. */
import { basename, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { notebookIdAt } from '../document/identity/project-notebooks.ts'
import { maskedReader, maskedReceipt } from '../document/masked-export.ts'
import { EXPORTERS } from '../export/exporters.ts'
import type { Exporter, ExportQuestion } from '../export/lineage/exporter.ts'
import { type LineageEvent, openLineageEvents } from '../export/lineage/openlineage.ts'
import { type ExportScope, edgeKey, isData } from '../export/lineage/scope.ts'
import type { RunSide } from '../lineage/diff.ts'
import { fileStates } from '../lineage/file-state.ts'
import { loadRun } from '../lineage/named-side.ts'
import { producerOf, sliceOf } from '../lineage/slice.ts'
import { whyOf } from '../lineage/why.ts'
import type { ReadOnlyStore } from '../store/open-store.ts'
import { CommonOptions, isRefusal, perform, printJson, putOut, type Refusal } from './answer.ts'
import { findRun, notEnded } from './find-run.ts'
import { projectPath, projectRoot } from './project-root.ts'

const Options = CommonOptions.extend({
  format: z.string(),
  output: z.string().optional(),
  license: z.string().min(1).optional(),
  to: z.url({ protocol: /^https?$/ }).optional(),
})
type Options = z.infer<typeof Options>

const examples = `
A run is exported with its slice, a notebook with all runs of the session in which it was last run.

Examples:
  yesterday export 3f2a --format html -o figure.html
  yesterday export train.ipynb --format openlineage --to http://localhost:5000/api/v1/lineage
  yesterday export 3f2a --format ro-crate --license CC-BY-4.0 -o figure.crate.zip`

/** Adds the command. */
export function registerExport(program: Command, exporters: readonly Exporter[] = EXPORTERS): void {
  const formats = exporters.map(({ format }) => format)
  const titles = exporters.map(({ title }) => title)
  program
    .command('export')
    .argument('<run|notebook>', 'the id of a run or its first digits, or an .ipynb file')
    .description(`what was recorded, as ${titles.slice(0, -1).join(', ')} or ${titles.at(-1)}`)
    .addOption(new Option('--format <format>', 'the form').choices(formats).makeOptionMandatory())
    .option('-o, --output <file>', 'write it to this file instead of printing it')
    .option('--to <url>', 'with openlineage: send each event to this address')
    .option('--license <id>', 'with ro-crate: the licence of the data, an SPDX identifier or an address')
    .option('--json', 'print in JSON what was written')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (what: string, raw: unknown) => {
      const options = CommonOptions.loose().parse(raw)
      await perform(options, async () => {
        const parsed = Options.safeParse(raw)
        if (!parsed.success) return badUrl
        const exporter = exporters.find(({ format }) => format === parsed.data.format)
        return exporter === undefined ? null : exported(exporter, what, parsed.data)
      })
    })
}

const badUrl: Refusal = {
  code: 'bad-url',
  message: 'the address to send to is not valid',
  hint: 'It begins with http:// or https://.',
  exit: 2,
}

async function exported(exporter: Exporter, what: string, options: Options): Promise<Refusal | null> {
  const notebook = what.endsWith('.ipynb') ? what : undefined
  const root = projectRoot({ root: options.root, notebook })
  const { openStoreToRead } = await import('../store/open-store.ts')
  const store = openStoreToRead({ root })
  try {
    const runs = await runsOf(store.index, root, what, notebook)
    if (isRefusal(runs)) return runs
    const scope = await scopeOf(store, root, what, runs)
    if (options.to !== undefined) return await send(openLineageEvents(scope), options.to, options.json)
    const question = questionOf(store, scope, notebook === undefined, options.license ?? null)
    const body = await exporter.body(question)
    const refusal = await putOut(body, options.output)
    if (refusal !== null) return refusal
    if (options.json && options.output !== undefined)
      printJson({ file: resolve(options.output), format: options.format, runs: runs.length })
    return null
  } finally {
    await store.close()
  }
}

type Index = ReadOnlyStore['index']

async function runsOf(
  index: Index,
  root: string,
  what: string,
  notebook: string | undefined,
): Promise<readonly string[] | Refusal> {
  if (notebook !== undefined)
    return notebookRuns(index, notebook, await notebookIdAt(root, index, projectPath(root, notebook)))
  const found = await findRun(index, what)
  if (isRefusal(found)) return found
  return (await index.links(found.run)) === null ? notEnded(found.run) : sliceOf(index, { runs: [found.run] })
}

async function notebookRuns(
  index: Index,
  file: string,
  notebook: string,
): Promise<readonly string[] | Refusal> {
  const session = (await index.sessions({ notebook })).find(({ runs }) => runs > 0)?.session
  if (session === undefined)
    return {
      code: 'no-notebook',
      message: `there is no run of "${file}"`,
      hint: 'See "yesterday log".',
      exit: 2,
    }
  const runs: string[] = []
  for (let after: number | null = 0; after !== null; ) {
    const page = await index.timeline(session, after, 5000)
    runs.push(...(page?.runs ?? []).map(({ run }) => run))
    after = page?.next ?? null
  }
  return runs
}

async function scopeOf(
  { index, secrets }: Pick<ReadOnlyStore, 'index' | 'secrets'>,
  root: string,
  title: string,
  runs: readonly string[],
): Promise<ExportScope> {
  const sides: RunSide[] = []
  const makers = new Map<string, string>()
  for (const run of runs) {
    const side = await loadRun(index, run)
    if (side === null) continue
    sides.push({ ...side, receipt: maskedReceipt(side.receipt, secrets) })
    for (const edge of side.receipt.used.filter(isData)) {
      const maker = await producerOf(index, edge, run)
      if (maker !== null) makers.set(edgeKey(run, edge), maker)
    }
  }
  return { title, project: basename(root), root, runs: sides, makers }
}

function questionOf(
  { index, objects, secrets }: ReadOnlyStore,
  scope: ExportScope,
  isRun: boolean,
  license: string | null,
): ExportQuestion {
  const last = isRun ? scope.runs.at(-1) : undefined
  const why = async () =>
    last === undefined
      ? null
      : whyOf(index, fileStates(scope.root, secrets), { receipt: last.receipt, output: null, name: null })
  return {
    scope,
    read: maskedReader((digest) => objects.get(digest).catch(() => null), secrets),
    why,
    now: new Date().toISOString(),
    license,
  }
}

/** In order; the first that is refused ends it, for what follows would hang in the air. */
async function send(events: readonly LineageEvent[], url: string, json: boolean): Promise<Refusal | null> {
  for (const [sent, event] of events.entries()) {
    const problem = await post(url, event)
    if (problem === null) continue
    const message = `event ${sent + 1} of ${events.length} was not taken: ${problem}`
    return { code: 'not-sent', message, hint: 'Check that the receiver is running, and try again.', exit: 1 }
  }
  if (json) printJson({ sent: events.length, to: url })
  return null
}

async function post(url: string, event: LineageEvent): Promise<string | null> {
  try {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(event), signal: AbortSignal.timeout(30_000) }
    const { ok, status } = await fetch(url, init)
    return ok ? null : `status ${status}`
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
}
