/** `yesterday backup [FOLDER]`: copies the history, also while a server writes it, and checks the copy. */
import { realpathSync } from 'node:fs'
import type { Command } from 'commander'
import type { z } from 'zod'
import type { Backup } from '../store/backup.ts'
import type { CheckReport } from '../store/ports.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { projectRoot } from './project-root.ts'
import { refuseWithoutHistory } from './repair.ts'
import { counted, plain, size } from './text.ts'

type Options = z.infer<typeof CommonOptions>

const examples = `
The backup is a folder that has the history in .yesterday: sessions, runs, code, outputs, stored values, edits. Notebook
files and data are not in it. It holds what the history holds, secrets too: keep it private.

Examples:
  yesterday backup                          into PROJECT-backup-DATE, beside the project folder
  yesterday backup /mnt/backups/monday
  yesterday log --root /mnt/backups/monday  reads it as it is

To restore it, stop the server, move the project's .yesterday away, copy that of the backup to its place, and start
with "yesterday serve --trust".

Exit codes: 0 copied and sound, 1 refused, or the history itself has problems.`

/** Adds the command. */
export function registerBackup(program: Command): void {
  program
    .command('backup')
    .argument('[folder]', 'the folder to make; it must not exist')
    .description('copy the history, while the server runs too, and check the copy')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (folder: string | undefined, raw: unknown) => {
      const options = CommonOptions.parse(raw)
      await perform({ ...options, goesOn: true }, () => backup(folder, options))
    })
}

async function backup(folder: string | undefined, { root: named, json }: Options): Promise<Refusal | null> {
  const root = projectRoot({ root: named })
  refuseWithoutHistory(root)
  const { backUp, targetProblem } = await import('../store/backup.ts')
  const target = folder ?? besideProject(root, new Date())
  const problem = await targetProblem(root, target)
  if (problem !== null) return notThere(problem)
  const made = await backUp({ root, target, check })
  if (json) printJson(made)
  else printLines(linesOf(made))
  if (made.checked.problems.length > 0) process.exitCode = 1
  return null
}

const notThere = (message: string): Refusal => ({
  code: 'target-taken',
  message,
  hint: 'Name a folder that does not exist, outside of .yesterday; nothing is overwritten.',
  exit: 1,
})

async function check(root: string): Promise<CheckReport> {
  const { openStoreToRead } = await import('../store/open-store.ts')
  const reading = openStoreToRead({ root })
  return reading.check().finally(() => reading.close())
}

const besideProject = (root: string, now: Date): string =>
  `${realpathSync(root)}-backup-${now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '')}`

function linesOf({ folder, files, bytes, checked }: Backup): readonly string[] {
  const { entries, objects, problems } = checked
  const verdict =
    problems.length === 0 ? 'all is well' : `${counted(problems.length, 'problem')}, as in the history`
  return [
    `backed up ${counted(files, 'file')}, ${size(bytes)}, to ${plain(folder)}`,
    ...problems.map((problem) => `problem: ${plain(problem)}`),
    `checked ${counted(objects, 'object')} and the log (${entries}) of the backup: ${verdict}`,
  ]
}
