/** `yesterday output RUN`: what a run printed and showed, whole, however much of it the notebook shows. */
import { stripVTControlCharacters } from 'node:util'
import type { Command } from 'commander'
import { z } from 'zod'
import { isBinaryMime, isPlainText } from '../../contract/mime-rules.ts'
import type { OutputEntry, Receipt } from '../../contract/run.ts'
import type { ObjectStore } from '../store/ports.ts'
import { CommonOptions, isRefusal, perform, printJson, putOut, type Refusal, warn } from './answer.ts'
import { findRun, notEnded } from './find-run.ts'
import { wholeNumber } from './option-values.ts'
import { projectRoot } from './project-root.ts'
import { shortId, size } from './text.ts'

const Options = CommonOptions.extend({ number: z.number().optional(), output: z.string().optional() })
type Options = z.infer<typeof Options>

const examples = `
Examples:
  yesterday output 3f2a | grep loss
  yesterday output 3f2a -n 2 -o figure.png`

/** Adds the command. */
export function registerOutput(program: Command): void {
  program
    .command('output')
    .argument('<run>', 'the id of a run, or its first digits')
    .description('what a run printed and showed, whole')
    .option('-n, --number <n>', 'only this output, in any form; --json lists them', wholeNumber)
    .option('-o, --output <file>', 'into this file')
    .option('--json', 'a line of JSON per output')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (run: string, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => output(run, options))
    })
}

async function output(prefix: string, options: Options): Promise<Refusal | null> {
  const { openStoreToRead } = await import('../store/open-store.ts')
  const { index, objects, close } = openStoreToRead({ root: projectRoot({ root: options.root }) })
  try {
    const found = await findRun(index, prefix)
    if (isRefusal(found)) return found
    const receipt = await index.receipt(found.run)
    if (receipt === null) return notEnded(found.run)
    if (options.json) return listOutputs(receipt)
    return await (options.number === undefined ? printText : printOne)(receipt, objects, options)
  } finally {
    await close()
  }
}

function listOutputs({ outputs }: Receipt): null {
  for (const [index, { mime, outputType, name, size: bytes, digest }] of outputs.entries())
    printJson({ number: index + 1, mime, outputType, name, size: bytes, digest })
  return null
}

async function printOne(
  { run, outputs }: Receipt,
  objects: Pick<ObjectStore, 'get'>,
  { number = 0, output: file }: Options,
): Promise<Refusal | null> {
  const entry = outputs[number - 1]
  if (entry === undefined) return noOutput(run, number, outputs.length)
  const bytes = await objects.get(entry.digest)
  return bytes === null ? lost(run, entry) : putOut(forReader(bytes, entry, file), file)
}

/** Every stream and text, in order; other forms are named. */
async function printText(
  { run, outputs }: Receipt,
  objects: Pick<ObjectStore, 'get'>,
  { output: file }: Options,
): Promise<Refusal | null> {
  const texts: Uint8Array[] = []
  for (const [index, entry] of outputs.entries()) {
    const bytes = isText(entry) ? await objects.get(entry.digest) : null
    if (bytes !== null) texts.push(asBytes(forReader(bytes, entry, file)))
    else if (isText(entry)) return lost(run, entry)
    else warn(`output ${index + 1} is ${entry.mime}, ${size(entry.size)}: -n ${index + 1} -o FILE writes it`)
  }
  return putOut(Buffer.concat(texts), file)
}

const isText = ({ mime, outputType }: OutputEntry): boolean =>
  outputType === 'stream' || isPlainText(mime) || outputType === 'error'

/** What was recorded steers no terminal. */
function forReader(bytes: Uint8Array, entry: OutputEntry, file: string | undefined): string | Uint8Array {
  if (entry.outputType === 'error') return `${errorText(bytes)}\n`
  const isOnScreen = file === undefined && process.stdout.isTTY
  if (!isOnScreen || isBinaryMime(entry.mime)) return bytes
  return stripVTControlCharacters(Buffer.from(bytes).toString())
}

const ErrorOutput = z.object({ ename: z.string(), evalue: z.string(), traceback: z.array(z.string()) })

function errorText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString()
  try {
    const { ename, evalue, traceback } = ErrorOutput.parse(JSON.parse(text))
    return stripVTControlCharacters(traceback.length > 0 ? traceback.join('\n') : `${ename}: ${evalue}`)
  } catch {
    return text
  }
}

const asBytes = (body: string | Uint8Array): Uint8Array =>
  typeof body === 'string' ? Buffer.from(body) : body

const noOutput = (run: string, number: number, count: number): Refusal => ({
  code: 'no-output',
  message: `run ${shortId(run)} has no output ${number}; it has ${count}`,
  hint: `"yesterday output ${shortId(run)} --json" lists them.`,
  exit: 2,
})

const lost = (run: string, { mime, digest }: OutputEntry): Refusal => ({
  code: 'lost-output',
  message: `an output of run ${shortId(run)} (${mime}) is missing from the project's objects: ${digest}`,
  hint: 'Run "yesterday fsck" to see what else is missing.',
  exit: 1,
})
