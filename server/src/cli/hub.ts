/** `yesterday hub [DIR]`: the server that a JupyterHub starts for a person (`c.Spawner.cmd`). */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { ROLES, Role } from '../../contract/route.ts'
import { portNumber, trustOption } from './option-values.ts'
import { start } from './serve.ts'
import { ServeOptions } from './serve-options.ts'

const help = `
JupyterHub says by its variables for whom the server is, where it listens, and who may access it. Its person is the owner.
Others who may access it (shares, groups, admins) get the role of --role, which the owner can change in the page.

In jupyterhub_config.py:
    c.Spawner.cmd = ["yesterday", "hub"]
    c.Spawner.notebook_dir = "~/project"`

/** Adds the command. */
export function registerHub(program: Command): void {
  program
    .command('hub')
    .description('serve a folder to the person for whom a JupyterHub starts this')
    .argument('[dir]', 'the project folder (default: that of c.Spawner.notebook_dir, or the working folder)')
    .option('--role <role>', 'the role of others who may access this server, or "none"', roleOrNone, 'viewer')
    .option('--group-role <group=role...>', 'the role of the people of a group of the hub', groupRole)
    .option('--trusted-proxy <cidr...>', 'addresses of the proxy of the hub; no others are answered')
    .option('--python <path>', 'the Python whose ipykernel runs the cells')
    .option('--kernel <name>', 'the kernelspec of notebooks that name none')
    .option(
      '--starter',
      'with numpy, pandas, matplotlib, scikit-learn, duckdb and xxhash in a new environment',
    )
    .option(...trustOption)
    .option('--beside', 'if the history is damaged, begin a new one and keep the damaged one beside it')
    .option('--no-restart', 'run the server in this process, and end with it')
    // Added by the supervisor when it starts the server again.
    .addOption(new Option('--port <number>').argParser(portNumber).hideHelp())
    .addOption(new Option('--no-open').hideHelp())
    .addHelpText('after', help)
    .action((dir: string | undefined, raw: Raw) => {
      const { role, groupRole: groups = {}, ...rest } = raw
      const hubRoles = { role: role === 'none' ? null : role, groups }
      const folder = dir ?? process.env.JUPYTERHUB_ROOT_DIR ?? '.'
      return start('hub', home(folder), { ...ServeOptions.parse({ ...rest, hubRoles }), open: false })
    })
}

interface Raw {
  readonly role: Role | 'none'
  readonly groupRole?: Readonly<Record<string, Role>>
  readonly [option: string]: unknown
}

/** Hubs pass `~/…` as it is. */
const home = (folder: string): string => folder.replace(/^~(?=$|\/)/, process.env.HOME ?? '~')

function roleOrNone(text: string): Role | 'none' {
  if (text === 'none') return text
  const read = Role.safeParse(text)
  if (read.success) return read.data
  throw new InvalidArgumentError(`It is one of none, ${ROLES.join(', ')}.`)
}

function groupRole(
  text: string,
  before: Readonly<Record<string, Role>> = {},
): Readonly<Record<string, Role>> {
  const [, group = '', role] = /^(.+)=(\w+)$/.exec(text) ?? []
  const read = Role.safeParse(role)
  if (group !== '' && read.success) return { ...before, [group]: read.data }
  throw new InvalidArgumentError(`It is GROUP=ROLE, where the role is one of ${ROLES.join(', ')}.`)
}
