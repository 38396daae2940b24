/** `yesterday diff-driver …`: what git calls to show how a notebook changed (docs/git.md). */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { NotebookForm } from '../document/cell-form.ts'
import { readNotebook } from '../document/ipynb-read.ts'
import { diffNotebooks } from '../git/diff-notebooks.ts'
import { diffLines } from '../lineage/diff-lines.ts'
import { perform, printLines } from './answer.ts'

const NOTHING: NotebookForm = { nbformat: 4, minor: 5, metadata: {}, cells: [] }

/** Adds the command. The arguments are those of `GIT_EXTERNAL_DIFF` (gitdiff(1)). */
export function registerDiffDriver(program: Command): void {
  program
    .command('diff-driver')
    .argument('<path>')
    .argument('[old-file]')
    .argument('[old-hex]')
    .argument('[old-mode]')
    .argument('[new-file]')
    .argument('[rest...]')
    .description('for git: the changes of a notebook, cell by cell (see docs/git.md)')
    .action((path: string, before?: string, _hex?: string, _mode?: string, after?: string) =>
      perform({ json: false }, async () => {
        if (before !== undefined && after !== undefined) printLines(await difference(path, before, after))
        return null
      }),
    )
}

/** A file that is no notebook is compared by its lines. */
async function difference(path: string, before: string, after: string): Promise<readonly string[]> {
  const [a, b] = [await bytesOf(before), await bytesOf(after)]
  const [old, now] = [formOf(a), formOf(b)]
  if (old !== null && now !== null) return diffNotebooks(path, old, now)
  const signs = { same: ' ', removed: '-', added: '+' } as const
  const lines = diffLines(String(a), String(b)).map(({ type, text }) => `${signs[type]}${text}`)
  return [`--- a/${path}`, `+++ b/${path}`, ...lines]
}

/** Git names `/dev/null` for a file that was added or removed. */
const bytesOf = (file: string): Promise<Buffer> =>
  file === '/dev/null' ? Promise.resolve(Buffer.alloc(0)) : readFile(file)

function formOf(bytes: Buffer): NotebookForm | null {
  if (bytes.length === 0) return NOTHING
  const read = readNotebook(bytes)
  return read.ok ? read.file.form : null
}
