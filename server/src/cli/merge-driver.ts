/** `yesterday merge-driver BASE OURS THEIRS`: what git calls to merge a notebook (docs/git.md). The result is in OURS. */
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { type ReadNotebook, readNotebook } from '../document/ipynb-read.ts'
import { writeNotebook } from '../document/ipynb-write.ts'
import { fileText } from '../document/notebook-file.ts'
import { mergeNotebooks } from '../git/merge-notebooks.ts'
import { perform, warn } from './answer.ts'

const help = `
Exit code 0: merged; 1: merged with conflicts, which are marked in the notebook.`

/** Adds the command. */
export function registerMergeDriver(program: Command): void {
  program
    .command('merge-driver')
    .argument('<base>', 'the common ancestor (%O)')
    .argument('<ours>', 'our version, which becomes the result (%A)')
    .argument('<theirs>', 'their version (%B)')
    .argument('[marker-size]', 'length of conflict markers (%L)')
    .argument('[path]', 'the path of the file (%P)')
    .description('for git: merges a notebook cell by cell (see docs/git.md)')
    .addHelpText('after', help)
    .action((base: string, ours: string, theirs: string, size = '7', path = ours) =>
      perform({ json: false }, async () => {
        process.exitCode = await merge({ base, ours, theirs, size, path })
        return null
      }),
    )
}

interface Asked {
  readonly base: string
  readonly ours: string
  readonly theirs: string
  readonly size: string
  readonly path: string
}

async function merge(asked: Asked): Promise<0 | 1> {
  const { base, ours, theirs, path } = asked
  const bytes = await Promise.all([base, ours, theirs].map((file) => readFile(file)))
  const [ancestor, own, other] = bytes.map(readOrEmpty)
  if (!ancestor || !own || !other) {
    warn(`${path}: a version is no notebook; it is merged as text`)
    return mergeText(asked)
  }
  const { form, conflicts, notes } = mergeNotebooks(ancestor.file.form, own.file.form, other.file.form)
  const large = new Map([...ancestor.large, ...other.large, ...own.large])
  const written = await writeNotebook(own.file, form, async (digest) => large.get(digest) ?? null)
  await writeFile(ours, [...fileText(written)].join(''))
  for (const note of notes) warn(`${path}: ${note}`)
  for (const conflict of conflicts) warn(`${path}: ${conflict}`)
  return conflicts.length === 0 ? 0 : 1
}

/** A file that both sides added has an empty ancestor. */
function readOrEmpty(bytes: Buffer): ReadNotebook | null {
  const text = bytes.length === 0 ? '{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}' : bytes
  const read = readNotebook(Buffer.from(text))
  return read.ok ? read : null
}

function mergeText({ base, ours, theirs, size }: Asked): 0 | 1 {
  const labels = ['ours', 'base', 'theirs'].flatMap((label) => ['-L', label])
  const length = /^\d{1,3}$/.test(size) ? [`--marker-size=${size}`] : []
  const { status } = spawnSync('git', ['merge-file', ...length, ...labels, ours, base, theirs])
  return status === 0 ? 0 : 1
}
