/** `yesterday diff A B`: compares two runs, cells, sessions, checkpoints or notebooks. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { cellsInFile, maskedCells } from '../lineage/cells-now.ts'
import { differenceOf, type NoSide, sideOf } from '../lineage/named-side.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { diffText } from './diff-text.ts'
import { say } from './language.ts'
import { projectRoot } from './project-root.ts'

type Options = { readonly json: boolean; readonly root?: string | undefined }

const examples = `
A and B are each a run, a session, a checkpoint's name, a notebook as it is now (book.ipynb),
or the last run of a cell (book.ipynb#cell-id). Exit code 0: the same; 1: different; 2: not found.

Examples:
  yesterday diff 3f2a 81bc
  yesterday diff before-tuning train.ipynb`

/** Adds the command. */
export function registerDiff(program: Command): void {
  program
    .command('diff')
    .argument('<a>')
    .argument('<b>')
    .description('what differs: code, inputs, packages, environment, parameters, metrics, outputs')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (a: string, b: string, raw: unknown) => {
      const options = CommonOptions.parse(raw)
      await perform(options, () => diff(a, b, options))
    })
}

async function diff(first: string, second: string, { json, root }: Options): Promise<Refusal | null> {
  const { openStoreToRead } = await import('../store/open-store.ts')
  const folder = projectRoot({ root })
  const { index, objects, secrets, close } = openStoreToRead({ root: folder })
  const read = (digest: string) => objects.get(digest).catch(() => null)
  try {
    const now = maskedCells((path) => cellsInFile(join(folder, path)), secrets)
    const a = await sideOf(index, read, first, now)
    const b = await sideOf(index, read, second, now)
    if (a.kind === 'none') return noSide(a)
    if (b.kind === 'none') return noSide(b)
    const found = await differenceOf(a, b, read)
    if (found === null) return otherSorts
    if (json) printJson(found)
    else printLines(diffText(found, say))
    process.exitCode = (found.kind === 'runs' ? found.diff.same : found.same) ? 0 : 1
    return null
  } finally {
    await close()
  }
}

const noSide = ({ code, message }: NoSide): Refusal => ({
  code: code === 'missing' ? 'no-run' : code === 'ambiguous' ? 'ambiguous-run' : 'not-ended',
  message,
  hint: 'See "yesterday log"; type more digits of the id.',
  exit: 2,
})

const otherSorts: Refusal = {
  code: 'other-sorts',
  message: 'a run is compared with a run; a session, checkpoint or notebook with another one',
  hint: 'See "yesterday diff --help".',
  exit: 2,
}
