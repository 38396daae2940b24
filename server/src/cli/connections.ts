/** `yesterday connections`: the named connections of SQL cells. */
import type { Command } from 'commander'
import { z } from 'zod'
import { ConnectionName, ConnectionUrl } from '../../contract/connections.ts'
import {
  ConnectionError,
  maskedUrl,
  readConnections,
  removeConnection,
  saveConnection,
} from '../user/connections.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { askHidden } from './ask-secret.ts'
import { oneOf } from './option-values.ts'
import { table } from './text.ts'

const help = `
A SQL cell uses a connection by its name: %%sql NAME. URLs are those of SQLAlchemy, or duckdb:///FILE. They are kept in
your own folder, readable by you alone, and never in a notebook or project. Passwords are shown as •••.
"add" without a URL asks for it and does not show what you type, so that it is in no history of your shell.`

const actions = ['list', 'add', 'remove'] as const
type Action = (typeof actions)[number]

/** Adds the command. */
export function registerConnections(program: Command): void {
  program
    .command('connections')
    .argument('[action]', 'list, add or remove', oneOf(actions), 'list')
    .argument('[name]', 'the name that SQL cells use')
    .argument('[url]', 'for add: where the database is')
    .description('the named connections of SQL cells')
    .option('--json', 'one object of JSON')
    .addHelpText('after', help)
    .action(async (action: Action, name: string | undefined, url: string | undefined, raw: unknown) => {
      const options = CommonOptions.parse(raw)
      await perform(options, () => connections(action, name, url, options.json).catch(asRefusal))
    })
}

async function connections(
  action: Action,
  name: string | undefined,
  url: string | undefined,
  json: boolean,
): Promise<Refusal | null> {
  if (action === 'list') return list(json)
  const read = ConnectionName.safeParse(name)
  if (!read.success)
    return bad(
      name === undefined ? `Which connection should I ${action}?` : z.prettifyError(read.error),
      `yesterday connections ${action} NAME`,
    )
  if (action === 'remove') {
    if (!removeConnection(read.data))
      return bad(`There is no connection ${read.data}.`, 'yesterday connections shows the names.')
    return list(json)
  }
  const typedUrl = url ?? (process.stdin.isTTY ? await askHidden(`URL of ${read.data}: `) : '')
  const place = ConnectionUrl.safeParse(typedUrl)
  if (!place.success)
    return bad(z.prettifyError(place.error), `yesterday connections add ${read.data} dialect://host/database`)
  saveConnection(read.data, place.data)
  return list(json)
}

function list(json: boolean): null {
  const shown = readConnections().map(({ name, url }) => ({ name, url: maskedUrl(url) }))
  if (json) printJson({ connections: shown })
  else if (shown.length === 0)
    printLines(['There are no connections. Add one: yesterday connections add NAME'])
  else printLines(table(shown.map(({ name, url }) => [name, url])))
  return null
}

const bad = (message: string, hint: string): Refusal => ({ code: 'badConnection', message, hint, exit: 2 })

function asRefusal(error: unknown): Refusal {
  if (!(error instanceof ConnectionError)) throw error
  return { code: error.code, message: error.message, hint: error.hint, exit: 1 }
}
