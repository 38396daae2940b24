/** `yesterday hosts`: machines that are reached by SSH and whose kernels notebooks may use. */
import type { Command } from 'commander'
import { z } from 'zod'
import { ServerId } from '../../contract/jupyter-servers.ts'
import { HostDraft, type HostTest } from '../../contract/ssh-hosts.ts'
import { HostsError, hostOf, readHosts, removeHost, saveHost, shownHost } from '../user/ssh-hosts.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { oneOf } from './option-values.ts'
import { counted, table } from './text.ts'

const help = `
A kernel of the host NAME is called KERNEL@NAME in notebooks. Yesterday connects with your ssh and its configuration: keys,
agent, ProxyJump. It never asks for a password. The host needs Python 3.10 or newer with jupyter-server and ipykernel.

  yesterday hosts add gpu1 ada@gpu1.example.org --python ~/venv
  yesterday hosts test gpu1`

const actions = ['list', 'add', 'test', 'remove'] as const
type Action = (typeof actions)[number]

const Options = CommonOptions.extend({
  title: z.string().optional(),
  python: z.string().optional(),
  folder: z.string().default('~'),
  port: z.coerce.number().optional(),
  sshConfig: z.string().optional(),
})
type Options = z.infer<typeof Options>

/** Adds the command. */
export function registerHosts(program: Command): void {
  program
    .command('hosts')
    .argument('[action]', 'list, add, test or remove', oneOf(actions), 'list')
    .argument('[name]', 'the part of kernel names behind @')
    .argument('[host]', 'for add: user@host, or a name of your ssh configuration')
    .description('machines by SSH whose kernels notebooks may use')
    .option('--title <text>', 'for add: its name for people')
    .option('--python <path>', 'for add: a Python or an environment on the host')
    .option('--folder <path>', 'for add: where kernels start on the host', '~')
    .option('--port <number>', 'for add: the port of ssh')
    .option('--ssh-config <file>', 'for add: a configuration of ssh instead of yours')
    .option('--json', 'one object of JSON')
    .addHelpText('after', help)
    .action(async (action: Action, name: string | undefined, host: string | undefined, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => hosts(action, name, host, options).catch(asRefusal))
    })
}

async function hosts(
  action: Action,
  name: string | undefined,
  target: string | undefined,
  options: Options,
): Promise<Refusal | null> {
  if (action === 'list') return list(options)
  const read = ServerId.safeParse(name)
  if (!read.success)
    return bad(
      name === undefined ? `Which host should I ${action}?` : z.prettifyError(read.error),
      `yesterday hosts ${action} NAME`,
    )
  if (action === 'add') return add(read.data, target, options)
  if (action === 'test') return test(read.data, options)
  if (removeHost(read.data)) return list(options)
  return missing(read.data)
}

async function add(id: string, target: string | undefined, options: Options): Promise<Refusal | null> {
  const draft = HostDraft.safeParse({
    title: options.title ?? id,
    target: target ?? '',
    port: options.port ?? null,
    python: options.python ?? null,
    folder: options.folder,
  })
  if (!draft.success) return bad(z.prettifyError(draft.error), `yesterday hosts add ${id} user@host`)
  saveHost(hostOf(id, draft.data, { config: options.sshConfig ?? null }))
  return test(id, options)
}

async function test(id: string, { json }: Options): Promise<Refusal | null> {
  const host = readHosts().find((one) => one.id === id)
  if (host === undefined) return missing(id)
  const { testHost } = await import('../http/routes/ssh-hosts.ts')
  const found = await testHost(host)
  if (json) printJson(found)
  else if (found.machine !== null)
    printLines([
      `${host.title} offers ${counted(found.kernels.length, 'kernel')}: ${found.kernels.join(', ')}`,
      machineLine(found.machine),
    ])
  if (found.problem === null) return null
  return { code: 'unreachable', message: found.problem, hint: 'It is saved all the same.', exit: 1 }
}

function machineLine({ python, cpus, memory, gpus }: NonNullable<HostTest['machine']>): string {
  const names = gpus.map(({ name, driver }) => `${name} (driver ${driver})`)
  return [python, counted(cpus, 'CPU'), `${(memory / 2 ** 30).toFixed(0)} GiB`, ...names].join(', ')
}

function list({ json }: Options): null {
  const all = readHosts().map(shownHost)
  if (json) printJson({ hosts: all })
  else if (all.length === 0) printLines(['There are no hosts. Add one: yesterday hosts add NAME user@host'])
  else printLines(table(all.map(({ id, title, target, folder }) => [id, title, target, folder])))
  return null
}

const missing = (id: string): Refusal => bad(`There is no host ${id}.`, 'yesterday hosts shows the names.')

const bad = (message: string, hint: string): Refusal => ({ code: 'badHost', message, hint, exit: 2 })

function asRefusal(error: unknown): Refusal {
  if (error instanceof HostsError)
    return { code: error.code, message: error.message, hint: error.hint, exit: 1 }
  throw error
}
