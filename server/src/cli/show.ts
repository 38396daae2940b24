/** `yesterday show RUN`: all that is recorded of one run. */
import type { Command } from 'commander'
import { CommonOptions, isRefusal, perform, printJson, printLines, type Refusal } from './answer.ts'
import { findRun, notEnded } from './find-run.ts'
import { say } from './language.ts'
import { projectRoot } from './project-root.ts'
import { receiptLines } from './receipt-text.ts'

type Options = { readonly json: boolean; readonly root?: string | undefined }

/** Adds the command. */
export function registerShow(program: Command): void {
  program
    .command('show')
    .argument('<run>', 'the id of a run, or its first digits')
    .description('the receipt of one run')
    .option('--json', 'the receipt as one object of JSON')
    .option('--root <dir>', 'the project folder')
    .action(async (run: string, raw: unknown) => {
      const options = CommonOptions.parse(raw)
      await perform(options, () => show(run, options))
    })
}

async function show(prefix: string, { json, root }: Options): Promise<Refusal | null> {
  const { openStoreToRead } = await import('../store/open-store.ts')
  const { index, close } = openStoreToRead({ root: projectRoot({ root }) })
  try {
    const found = await findRun(index, prefix)
    if (isRefusal(found)) return found
    const receipt = await index.receipt(found.run)
    if (receipt === null) return notEnded(found.run)
    if (json) printJson(receipt)
    else printLines(receiptLines(receipt, say))
    return null
  } finally {
    await close()
  }
}
