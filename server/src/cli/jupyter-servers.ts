/** `yesterday jupyter-servers`: the Jupyter servers and gateways whose kernels notebooks may use. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import { ServerDraft, ServerId } from '../../contract/jupyter-servers.ts'
import {
  readServers,
  removeServer,
  ServersError,
  saveServer,
  serverOf,
  shownServer,
} from '../user/jupyter-servers.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { askHidden } from './ask-secret.ts'
import { oneOf } from './option-values.ts'
import { counted, table } from './text.ts'

const help = `
A kernel of the server NAME is called KERNEL@NAME in notebooks. "add" asks for the token and does not show what you type;
without a terminal it reads YESTERDAY_JUPYTER_TOKEN. Servers and tokens are kept in your own folder, readable by you alone,
and never in a notebook or project.

  yesterday jupyter-servers add lab https://lab.example.org/
  yesterday jupyter-servers test lab`

const actions = ['list', 'add', 'test', 'remove'] as const
type Action = (typeof actions)[number]

const Options = CommonOptions.extend({
  title: z.string().optional(),
  ca: z.string().optional(),
  timeout: z.coerce.number().default(10),
})
type Options = z.infer<typeof Options>

/** Adds the command. */
export function registerJupyterServers(program: Command): void {
  program
    .command('jupyter-servers')
    .argument('[action]', 'list, add, test or remove', oneOf(actions), 'list')
    .argument('[name]', 'the part of kernel names behind @')
    .argument('[url]', 'for add: the address of the server')
    .description('Jupyter servers and gateways whose kernels notebooks may use')
    .option('--title <text>', 'for add: its name for people')
    .option('--ca <file>', 'for add: certificates in PEM that sign the one of the server')
    .option('--timeout <seconds>', 'for add: how long to wait for an answer', '10')
    .option('--json', 'one object of JSON')
    .addHelpText('after', help)
    .action(async (action: Action, name: string | undefined, url: string | undefined, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => jupyterServers(action, name, url, options).catch(asRefusal))
    })
}

async function jupyterServers(
  action: Action,
  name: string | undefined,
  url: string | undefined,
  options: Options,
): Promise<Refusal | null> {
  if (action === 'list') return list(options)
  const read = ServerId.safeParse(name)
  if (!read.success)
    return bad(
      name === undefined ? `Which server should I ${action}?` : z.prettifyError(read.error),
      `yesterday jupyter-servers ${action} NAME`,
    )
  if (action === 'add') return add(read.data, url, options)
  if (action === 'test') return test(read.data, options)
  if (removeServer(read.data)) return list(options)
  return missing(read.data)
}

async function add(id: string, url: string | undefined, options: Options): Promise<Refusal | null> {
  const token = process.stdin.isTTY
    ? await askHidden(`Token of ${id} (empty for none): `)
    : (process.env.YESTERDAY_JUPYTER_TOKEN ?? '')
  const draft = ServerDraft.safeParse({
    title: options.title ?? id,
    url: url ?? '',
    token,
    ca: options.ca === undefined ? undefined : readFileSync(options.ca, 'utf8'),
    timeoutMs: Math.round(options.timeout * 1000),
  })
  if (!draft.success)
    return bad(z.prettifyError(draft.error), `yesterday jupyter-servers add ${id} https://host:port/`)
  saveServer(serverOf(id, draft.data))
  return test(id, options)
}

async function test(id: string, { json }: Options): Promise<Refusal | null> {
  const server = readServers().find((one) => one.id === id)
  if (server === undefined) return missing(id)
  const { askForKernels } = await import('@yesterday/kernel-bridge')
  const found = await askForKernels(server)
  if (json) printJson(found)
  else if (found.problem === null)
    printLines([
      `${server.title} offers ${counted(found.kernels.length, 'kernel')}: ${found.kernels.join(', ')}`,
    ])
  if (found.problem === null) return null
  return { code: 'unreachable', message: found.problem, hint: 'It is saved all the same.', exit: 1 }
}

function list({ json }: Options): null {
  const servers = readServers().map(shownServer)
  if (json) printJson({ servers })
  else if (servers.length === 0)
    printLines(['There are no Jupyter servers. Add one: yesterday jupyter-servers add NAME URL'])
  else
    printLines(
      table(
        servers.map(({ id, title, url, hasToken }) => [id, title, url, hasToken ? 'token •••' : 'no token']),
      ),
    )
  return null
}

const missing = (id: string): Refusal =>
  bad(`There is no Jupyter server ${id}.`, 'yesterday jupyter-servers shows the names.')

const bad = (message: string, hint: string): Refusal => ({ code: 'badServer', message, hint, exit: 2 })

function asRefusal(error: unknown): Refusal {
  if (error instanceof ServersError)
    return { code: error.code, message: error.message, hint: error.hint, exit: 1 }
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    return bad(`There is no file ${'path' in error ? String(error.path) : ''}.`, 'Name a file with --ca.')
  throw error
}
