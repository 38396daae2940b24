/** `yesterday token [NAME]`: a lasting token, with which a Jupyter client reaches this project's server. */
import { realpathSync } from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import { scopeOf, TOKEN_SCOPES, TokenName, TokenScope } from '../../contract/tokens.ts'
import { Audit } from '../people/audit.ts'
import { type ProgramToken, ProgramTokens } from '../people/program-tokens.ts'
import { userName } from '../people/user-name.ts'
import { addressOf, ServerLock } from '../user/server-lock.ts'
import { openProjectState } from '../user/user-folder.ts'
import { CommonOptions, perform, printJson, printLines, printNote, type Refusal } from './answer.ts'
import { projectRoot } from './project-root.ts'
import { localTime, table } from './text.ts'

const Options = CommonOptions.extend({
  scope: TokenScope.optional(),
  expires: z.string().optional(),
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
    .option('--scope <scope>', 'read, comment, edit, run or admin (default: run)')
    .option('--expires <days>', 'days until it expires; never: until it is revoked')
    .option('--list', 'list the tokens with scope, expiry and last use')
    .option('--revoke', 'revoke the token of this name and close its connections')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', help)
    .action(async (name: string, raw: unknown) => {
      const options = Options.safeParse(raw)
      if (options.success) return perform(options.data, () => token(name, options.data))
      await perform(CommonOptions.parse(raw), async () =>
        badOption('--scope is read, comment, edit, run or admin.'),
      )
    })
}

async function token(name: string, options: Options): Promise<Refusal | null> {
  const root = realpathSync(projectRoot({ root: options.root }))
  const state = openProjectState(root)
  const tokens = new ProgramTokens(state)
  const audit = new Audit(state, (error) => printNote(`The audit log could not be written: ${String(error)}`))
  if (options.list) return list(tokens, options)
  const read = TokenName.safeParse(name)
  if (!read.success)
    return { code: 'badName', message: z.prettifyError(read.error), hint: 'Choose another name.', exit: 2 }
  if (options.revoke) return revoke(tokens, audit, name, options)
  const expires = expiryOf(options.expires)
  if (expires === 'bad') return badOption('--expires is a number of days from 1 to 3650, or never.')
  const role = options.scope === undefined ? undefined : TOKEN_SCOPES[options.scope]
  const issued = tokens.issue(name, { ...(role && { role }), ...(expires !== undefined && { expires }) })
  const scope = scopeOf(issued.role)
  if (issued.isNew)
    audit.record({
      ...atTerminal(),
      action: 'token-made',
      about: { token: name, scope, expires: issued.expires ?? 'never' },
    })
  return print(issued, scope, root, options)
}

const badOption = (message: string): Refusal => ({
  code: 'badOption',
  message,
  hint: 'See yesterday token --help.',
  exit: 2,
})

const DAY_MS = 24 * 3600 * 1000

/** Undefined where nothing is said, null for `never`. */
function expiryOf(text: string | undefined): string | null | undefined | 'bad' {
  if (text === undefined) return undefined
  if (text === 'never') return null
  if (!/^\d{1,4}$/.test(text)) return 'bad'
  const days = Number(text)
  return days >= 1 && days <= 3650 ? new Date(Date.now() + days * DAY_MS).toISOString() : 'bad'
}

/** Who types commands here. */
const atTerminal = () => ({ by: { id: 'terminal', name: userName() }, address: null })

function list({ all, used }: ProgramTokens, { json }: Options): null {
  const listed = all.map(({ name, created, role, expires }) => {
    return { name, scope: scopeOf(role), created, expires, lastUsed: used[name] ?? null }
  })
  if (json) printJson({ tokens: listed })
  else if (listed.length === 0) printLines(['There are no tokens.'])
  else
    printLines(
      table(
        listed.map(({ name, scope, created, expires, lastUsed }) => [
          name,
          scope,
          `made ${localTime(created)}`,
          expires === null ? 'does not expire' : `expires ${localTime(expires)}`,
          lastUsed === null ? 'never used' : `last used ${localTime(lastUsed)}`,
        ]),
      ),
    )
  return null
}

function revoke(tokens: ProgramTokens, audit: Audit, name: string, { json }: Options): Refusal | null {
  if (!tokens.revoke(name))
    return {
      code: 'missing',
      message: `There is no token named ${name}.`,
      hint: 'yesterday token --list shows the names.',
      exit: 2,
    }
  audit.record({ ...atTerminal(), action: 'token-revoked', about: { token: name } })
  if (json) printJson({ revoked: name })
  else printLines([`The token ${name} opens nothing any more.`])
  return null
}

async function print(
  { name, token, expires }: ProgramToken,
  scope: string,
  root: string,
  { json }: Options,
): Promise<null> {
  const holder = await ServerLock.holder(root)
  const serves = holder !== null && holder.port !== 0 && holder.purpose === 'serve'
  const url = serves ? addressOf(holder) : null
  if (json) printJson({ url, token, name, scope, expires })
  else
    printLines([
      `url    ${url ?? `none: start yesterday serve ${root}`}`,
      `token  ${token}`,
      `scope  ${scope}`,
    ])
  return null
}
