/**
 * `yesterday fsck [--rebuild|--salvage]`: checks what is kept against itself, after the index was rebuilt, or what can be
 * read was salvaged, if that is asked for.
 */
import type { Command } from 'commander'
import { z } from 'zod'
import type { Orphans } from '../session/orphans.ts'
import { listQuarantine, type Quarantined } from '../session/quarantine.ts'
import type { CheckReport } from '../store/ports.ts'
import { storePaths } from '../store/project-folder.ts'
import { workspaceOf } from '../user/workspace.ts'
import { CommonOptions, isRefusal, perform, printJson, printLines, type Refusal, warn } from './answer.ts'
import { orphanLines } from './orphan-lines.ts'
import { projectRoot } from './project-root.ts'
import { nothingRepaired, rebuildIndex, refuseWithoutHistory, repairLines, salvageHistory } from './repair.ts'
import { counted, localTime, plain, shortId } from './text.ts'

const Options = CommonOptions.extend({
  rebuild: z.boolean().default(false),
  salvage: z.boolean().default(false),
})
type Options = z.infer<typeof Options>

const examples = `
Examples:
  yesterday fsck               what is damaged
  yesterday fsck --rebuild     where only the index is damaged
  yesterday fsck --salvage     where more is: what can be read is kept, and what is lost is named

Stop the server before --salvage. Exit codes: 0 all is well now, 1 there are problems, or it was refused.`

/** Adds the command. */
export function registerFsck(program: Command): void {
  program
    .command('fsck')
    .description(
      'check objects against their digests, the log against its hash chain and the objects, the index against the log',
    )
    .option('--rebuild', 'rebuild the index from the log')
    .option('--salvage', 'make a new history of what can be read of a damaged one, which is kept')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => fsck(options))
    })
}

async function fsck({ root: named, rebuild, salvage, json }: Options): Promise<Refusal | null> {
  const root = projectRoot({ root: named })
  // A history is not made by checking it.
  refuseWithoutHistory(root)
  const repaired = salvage ? await salvageHistory(root) : rebuild ? await rebuildIndex(root) : nothingRepaired
  if (isRefusal(repaired)) return repaired
  const ended = await orphansEnded(root)
  const { openStoreToRead } = await import('../store/open-store.ts')
  const reading = openStoreToRead({ root })
  const checked = await reading.check().finally(() => reading.close())
  const quarantined = listQuarantine(storePaths(root).folder)
  const left = [...orphanLines(ended), ...quarantined.map(quarantineLine)]
  if (json) printJson({ ...checked, ...repaired, ended, quarantined })
  else printLines([...left, ...repairLines(repaired), ...reportLines(checked)])
  // Problems are the answer of the check, not a refusal.
  if (checked.problems.length > 0) process.exitCode = 1
  return null
}

/** What killed programs left; null if they cannot be ended: the history is not ours, or is damaged, which the check reports. */
async function orphansEnded(root: string): Promise<Orphans | null> {
  if (workspaceOf(storePaths(root).folder).kind !== 'own') return null
  const { endProjectOrphans } = await import('./end-orphans.ts')
  return endProjectOrphans(root, warn).catch(() => null)
}

/** What a start could not read is no problem of the history; a person may still want it. */
const quarantineLine = ({ session, notebook, at, why, folder, files }: Quarantined): string =>
  `quarantine: ${counted(files.length, 'file')} of session ${shortId(session)} of ${plain(notebook)} since ${localTime(at)}, in ${folder}: ${plain(why)}`

function reportLines({ objects, entries, problems, signed }: CheckReport): readonly string[] {
  const verdict = problems.length === 0 ? 'all is well' : counted(problems.length, 'problem')
  return [
    ...problems.map((problem) => `problem: ${plain(problem)}`),
    `checked ${counted(objects, 'object')}, the log (${entries}) and the index: ${verdict}`,
    signed === null
      ? 'the hash chain is not signed yet'
      : `the hash chain was signed ${localTime(signed.at)}, up to entry ${signed.entry}, with ${plain(signed.key)}`,
  ]
}
