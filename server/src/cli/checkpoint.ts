/** `yesterday checkpoint [NAME NOTEBOOK]`: names a notebook's state, lists the names, or restores one. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import type { Command } from 'commander'
import type { Checkpoint } from '../../contract/past.ts'
import { identifyFile } from '../document/identity/project-notebooks.ts'
import { readNotebook } from '../document/ipynb-read.ts'
import { makeCheckpoint } from '../lineage/make-checkpoint.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { restoreByName } from './checkpoint-restore.ts'
import { projectPath, projectRoot } from './project-root.ts'
import { localTime, shortId, table } from './text.ts'

type Options = { readonly json: boolean; readonly root?: string | undefined }

const examples = `
Examples:
  yesterday checkpoint before-tuning train.ipynb
  yesterday checkpoint
  yesterday checkpoint restore before-tuning train.ipynb
  yesterday diff before-tuning train.ipynb`

/** Adds the command. */
export function registerCheckpoint(program: Command): void {
  const checkpoint = program
    .command('checkpoint')
    .argument('[name]', 'what to call it')
    .argument('[notebook]', 'the .ipynb file, as it is saved')
    .description('name the state of a notebook and its last run; without a name, list the checkpoints')
    .option('--json', 'a checkpoint as one object of JSON on each line')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (name: string | undefined, notebook: string | undefined, raw: unknown) => {
      const options = CommonOptions.parse(raw)
      await perform(options, () => (name === undefined ? list(options) : make(name, notebook, options)))
    })
  checkpoint
    .command('restore')
    .argument('<checkpoint>', 'its name, or the first digits of its id')
    .argument('<notebook>', 'the .ipynb file')
    .description("make a notebook's cells those of a checkpoint, as a new entry")
    .option('--json', 'the new checkpoint as one object of JSON')
    .option('--root <dir>', 'the project folder')
    .action(async (name: string, notebook: string, _: unknown, command: Command) => {
      const options = CommonOptions.parse(command.optsWithGlobals())
      await perform(options, () => restoreByName(name, notebook, options))
    })
}

async function list({ json, root }: Options): Promise<Refusal | null> {
  const { openStoreToRead } = await import('../store/open-store.ts')
  const { index, close } = openStoreToRead({ root: projectRoot({ root }) })
  try {
    print(await index.checkpoints(), json)
    return null
  } finally {
    await close()
  }
}

async function make(
  name: string,
  file: string | undefined,
  { json, root: named }: Options,
): Promise<Refusal | null> {
  if (file === undefined)
    return refusal('no-notebook', 'which notebook is meant?', 'yesterday checkpoint NAME NOTEBOOK')
  const root = projectRoot({ root: named, notebook: file })
  const ipynb = await readFile(file).catch(() => null)
  if (ipynb === null) return refusal('no-notebook', `there is no notebook "${file}"`, 'Name an .ipynb file.')
  if (!readNotebook(ipynb).ok)
    return refusal('no-notebook', `"${file}" is no notebook`, 'Name an .ipynb file.')
  const { openStore } = await import('../store/open-store.ts')
  const store = await openStore({ root })
  try {
    const { username } = userInfo()
    const effects = {
      store,
      now: () => new Date().toISOString(),
      newId: () => randomBytes(10).toString('hex'),
    }
    const actor = { id: `user:${username}`, name: username }
    const notebook = projectPath(root, file)
    await identifyFile(root, store, notebook)
    print([await makeCheckpoint(effects, { name, notebook, documentId: null, actor, ipynb })], json)
    return null
  } finally {
    await store.close()
  }
}

function print(checkpoints: readonly Checkpoint[], json: boolean): void {
  if (json) checkpoints.forEach(printJson)
  else
    printLines(
      table(
        checkpoints.map(({ checkpoint, name, notebook, at, run, why }) => [
          shortId(checkpoint),
          localTime(at),
          notebook,
          why === undefined ? name : WHY[why],
          run === null ? 'no run yet' : `run ${shortId(run)}`,
        ]),
      ),
    )
}

/** What an automatic checkpoint is called. */
const WHY: Readonly<Record<NonNullable<Checkpoint['why']>, string>> = {
  'before-restore': '(before a restore)',
  restored: '(restored)',
  'before-merge': '(before a change by another program)',
  'before-resolve': '(before conflicts were resolved)',
  quiet: '(after edits)',
}

const refusal = (code: string, message: string, hint: string): Refusal => ({ code, message, hint, exit: 2 })
