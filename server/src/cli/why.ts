/** `yesterday why RUN[:OUTPUT|NAME]`: the receipt in words. */
import type { Command } from 'commander'
import type { Why } from '../../contract/past.ts'
import type { Receipt } from '../../contract/run.ts'
import { headlineOf, inputWords, linesOf } from '../../contract/why-words.ts'
import type { Say } from '../../contract/words.ts'
import { fileStates } from '../lineage/file-state.ts'
import { whyOf } from '../lineage/why.ts'
import { CommonOptions, isRefusal, perform, printJson, printLines, type Refusal } from './answer.ts'
import { findRun, notEnded } from './find-run.ts'
import { say } from './language.ts'
import { projectRoot } from './project-root.ts'
import { localTime, plain } from './text.ts'

type Options = { readonly json: boolean; readonly root?: string | undefined }

/** Adds the command. */
export function registerWhy(program: Command): void {
  program
    .command('why')
    .argument(
      '<run[:output|:name]>',
      'a run; with a number, that output of it (from 0); with a name, that thing',
    )
    .description('what made it, from what, and which inputs have changed since')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText(
      'after',
      '\nExamples:\n  yesterday why 3f2a\n  yesterday why 3f2a:0\n  yesterday why 3f2a:model',
    )
    .action(async (asked: string, raw: unknown) => {
      const options = CommonOptions.parse(raw)
      await perform(options, () => why(asked, options))
    })
}

async function why(asked: string, { json, root: named }: Options): Promise<Refusal | null> {
  const root = projectRoot({ root: named })
  const { openStoreToRead } = await import('../store/open-store.ts')
  const { index, secrets, close } = openStoreToRead({ root })
  try {
    const colon = asked.indexOf(':')
    const found = await findRun(index, colon < 0 ? asked : asked.slice(0, colon))
    if (isRefusal(found)) return found
    const receipt = await index.receipt(found.run)
    if (receipt === null) return notEnded(found.run)
    const about = aboutOf(colon < 0 ? null : asked.slice(colon + 1))
    const refusal = unknownAbout(receipt, about)
    if (refusal !== null) return refusal
    const why = await whyOf(index, fileStates(root, secrets), { receipt, ...about })
    if (json) printJson(why)
    else printLines(whyLines(why, receipt, say))
    return null
  } finally {
    await close()
  }
}

type About = { readonly output: number | null; readonly name: string | null }

function aboutOf(word: string | null): About {
  if (word === null) return { output: null, name: null }
  return /^\d{1,6}$/.test(word) ? { output: Number(word), name: null } : { output: null, name: word }
}

interface Known {
  readonly run: string
  readonly outputs: readonly unknown[]
  readonly used: readonly { readonly name: string }[]
  readonly generated: readonly { readonly name: string }[]
}

function unknownAbout({ run, outputs, used, generated }: Known, { output, name }: About): Refusal | null {
  const names = [...new Set([...generated, ...used].map((edge) => edge.name))]
  const code = 'no-name'
  if (output !== null && output >= outputs.length)
    return {
      code,
      message: `run ${run} has no output ${output}`,
      hint: `It has ${outputs.length}, from 0.`,
      exit: 2,
    }
  if (name === null || names.includes(name)) return null
  const message = `run ${run} neither used nor generated "${name}"`
  return { code, message, hint: `It knows: ${names.slice(0, 30).join(', ')}`, exit: 2 }
}

/** As a person reads it. */
export function* whyLines(why: Why, receipt: Receipt, say: Say): Generator<string> {
  const facts = { ...why, ...why.about, receipt }
  yield plain(headlineOf(facts, say))
  for (const line of linesOf(facts, say, localTime)) yield plain(line)
  if (why.inputs.length > 0) yield ''
  for (const input of why.inputs) {
    const { edge, changedBy } = input
    const reason = edge.edge === 'observed' || edge.reason === null ? '' : `: ${edge.reason}`
    const later = changedBy === null ? '' : `, ${say('why.later', { order: changedBy.order })}`
    yield plain(`  ${say(`kind.${edge.kind}`)}: ${inputWords(input, receipt, say)}${later}${reason}`)
  }
}
