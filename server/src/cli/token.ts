/** `yesterday token [NAME]`: a lasting token, with which a Jupyter client reaches this project's server. */
import { realpathSync } from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import { ProgramTokens, TokenName } from '../http/program-tokens.ts'
import { addressOf, ServerLock } from '../user/server-lock.ts'
import { openProjectState } from '../user/user-folder.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { projectRoot } from './project-root.ts'
import { localTime, table } from './text.ts'

const Options = CommonOptions.extend({
  list: z.boolean().default(false),
  revoke: z.boolean().default(false),
})
type Options = z.infer<typeof Options>

const help = `
The token lasts until it is revoked. It is kept in your own folder, readable by you alone, and never in the project. Give
each program a token of its own: its name is in the history, next to yours.`

/** Adds the command. */
export function registerToken(program: Command): void {
  program
    .command('token')
    .argument('[name]', 'the program that gets it', 'default')
    .description('the address and a lasting token for Jupyter clients')
    .option('--list', 'the names of the tokens there are')
    .option('--revoke', 'make the token of this name worthless, and close its connections')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', help)
    .action(async (name: string, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => token(name, options))
    })
}

async function token(name: string, options: Options): Promise<Refusal | null> {
  const root = realpathSync(projectRoot({ root: options.root }))
  const tokens = new ProgramTokens(openProjectState(root))
  if (options.list) return list(tokens, options)
  const read = TokenName.safeParse(name)
  if (!read.success)
    return { code: 'badName', message: z.prettifyError(read.error), hint: 'Choose another name.', exit: 2 }
  return options.revoke ? revoke(tokens, name, options) : print(tokens, name, root, options)
}

function list({ all }: ProgramTokens, { json }: Options): null {
  const listed = all.map(({ name, created }) => ({ name, created }))
  if (json) printJson({ tokens: listed })
  else if (listed.length === 0) printLines(['There are no tokens.'])
  else printLines(table(listed.map(({ name, created }) => [name, localTime(created)])))
  return null
}

function revoke(tokens: ProgramTokens, name: string, { json }: Options): Refusal | null {
  if (!tokens.revoke(name))
    return {
      code: 'missing',
      message: `There is no token named ${name}.`,
      hint: 'yesterday token --list shows the names.',
      exit: 2,
    }
  if (json) printJson({ revoked: name })
  else printLines([`The token ${name} opens nothing any more.`])
  return null
}

async function print(tokens: ProgramTokens, name: string, root: string, { json }: Options): Promise<null> {
  const holder = await ServerLock.holder(root)
  const { token } = tokens.issue(name)
  const serves = holder !== null && holder.port !== 0 && holder.purpose === 'serve'
  const url = serves ? addressOf(holder) : null
  if (json) printJson({ url, token, name })
  else printLines([`url    ${url ?? `none: start yesterday serve ${root}`}`, `token  ${token}`])
  return null
}
