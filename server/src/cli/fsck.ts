/**
 * `yesterday fsck [--rebuild]`: checks what is kept against itself, after making the index anew where that is
 * asked for.
 */
import type { Command } from 'commander'
import { z } from 'zod'
import type { Store } from '../store/ports.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { projectRoot } from './project-root.ts'
import { counted, plain } from './text.ts'

const Options = CommonOptions.extend({ rebuild: z.boolean().default(false) })
type Options = z.infer<typeof Options>

/** Adds the command. */
export function registerFsck(program: Command): void {
  program
    .command('fsck')
    .description(
      'check objects against their digests, the log against the objects, the index against the log',
    )
    .option('--rebuild', 'make the index anew from the log')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .action(async (raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => fsck(options))
    })
}

async function fsck({ root: named, rebuild, json }: Options): Promise<Refusal | null> {
  const root = projectRoot({ root: named })
  const { openStoreToRead, openStore } = await import('../store/open-store.ts')
  // First of all, for a history is not made by checking it.
  const reading = openStoreToRead({ root })
  const rebuilt = rebuild ? await rebuildIndex(await openStore({ root })) : null
  const checked = await reading.check().finally(() => reading.close())
  if (json) printJson({ ...checked, rebuilt })
  else printLines(reportLines(checked, rebuilt))
  // Problems are what was asked for, not a refusal to tell them.
  if (checked.problems.length > 0) process.exitCode = 1
  return null
}

/** The number of entries that the index is now made of. */
async function rebuildIndex(store: Store): Promise<number> {
  try {
    return (await store.index.rebuild()).entries
  } finally {
    await store.close()
  }
}

function reportLines(
  { objects, entries, problems }: Awaited<ReturnType<Store['check']>>,
  rebuilt: number | null,
): readonly string[] {
  const verdict = problems.length === 0 ? 'all is well' : counted(problems.length, 'problem')
  return [
    ...problems.map((problem) => `problem: ${plain(problem)}`),
    `checked ${counted(objects, 'object')}, the log (${entries}) and the index: ${verdict}`,
    ...(rebuilt === null ? [] : [`the index was made anew from the log (${rebuilt})`]),
  ]
}
