/** `yesterday audit`: who did what in this project. */
import { realpathSync } from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import type { AuditEntry } from '../../contract/audit.ts'
import { Audit } from '../people/audit.ts'
import { openProjectState } from '../user/user-folder.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { wholeNumber } from './option-values.ts'
import { projectRoot } from './project-root.ts'
import { localTime, printable, table } from './text.ts'

const Options = CommonOptions.extend({
  limit: z.number().default(50),
  verify: z.boolean().default(false),
  link: z.string().optional(),
})
type Options = z.infer<typeof Options>

const help = `
The log is in your own data folder, for this project. It has no passwords, tokens or code. Each line is linked to the one
before: --verify names the first that was changed, or before which one was removed. It prints the last link: keep it
elsewhere, and --link says later whether lines were removed from the end.`

/** Adds the command. */
export function registerAudit(program: Command): void {
  program
    .command('audit')
    .description('who signed in, ran, shared, changed and removed what, newest first')
    .option('-n, --limit <count>', 'at most so many entries', wholeNumber)
    .option('--verify', 'check the links of the whole log')
    .option('--link <link>', 'with --verify: fail if no line has this link')
    .option('--json', 'one object of JSON for each entry')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', help)
    .action(async (raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, async () => audit(options))
    })
}

function audit(options: Options): Refusal | null {
  const root = realpathSync(projectRoot({ root: options.root }))
  const log = new Audit(openProjectState(root), () => undefined)
  if (options.verify) return verify(log, options)
  const entries = log.newest(options.limit)
  if (options.json) for (const entry of entries) printJson(entry)
  else if (entries.length === 0) printLines(['Nothing is in the log.'])
  else printLines(table(entries.map(rowOf)))
  return null
}

const rowOf = ({ at, action, by, address, about }: AuditEntry): readonly string[] => [
  localTime(at),
  action,
  printable(by?.name ?? '-'),
  address ?? '-',
  printable(
    Object.entries(about)
      .map(([name, text]) => `${name}=${text}`)
      .join(' '),
  ),
]

function verify(log: Audit, { json, link: wanted }: Options): Refusal | null {
  let count = 0
  let last = ''
  let isFound = wanted === undefined
  for (const { entry, isSound, link } of log.lines()) {
    count++
    if (!isSound)
      return {
        code: 'changed',
        message: `Line ${count} of the log (${entry.at}, ${entry.action}) was changed, or a line before it was removed.`,
        hint: HINT,
        exit: 1,
      }
    last = link
    isFound ||= link === wanted
  }
  if (!isFound)
    return { code: 'removed', message: `No line of the log has the link ${wanted}.`, hint: HINT, exit: 1 }
  if (json) printJson({ entries: count, sound: true, link: last })
  else
    printLines([
      `${count} entries; none was changed or removed before the last, whose link is ${last || '-'}.`,
    ])
  return null
}

const HINT = 'Compare it with a backup of your data folder.'
