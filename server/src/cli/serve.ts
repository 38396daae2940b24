/** `yesterday [serve] [DIR]`: the server for one project folder, until Ctrl-C. Kernels live on after it. */
import { type Command, Option } from 'commander'
import { asStoreError, isDiskError } from '../store/errors.ts'
import { SUPERVISED, supervise } from '../supervisor/supervise.ts'
import { ignoreBrokenPipe, printNote } from './answer.ts'
import { portNumber, trustOption } from './option-values.ts'
import { FIRST_PORT, ServeOptions } from './serve-options.ts'

const help = `
The server runs in a process of its own and is started again, on the same port, if it crashes or hangs. Kernels go on
meanwhile. YESTERDAY_WATCHDOG_SECONDS says how long it may hang (30; 0 for ever).`

/** Adds the command; it is the one that runs when none is named. */
export function registerServe(program: Command): void {
  withServerOptions(program.command('serve', { isDefault: true }))
    .description('start the notebook for a folder')
    .option('--no-open', 'do not open a browser')
    .addHelpText('after', help)
    .action((dir: string, raw: unknown) => start('serve', dir, ServeOptions.parse(raw)))
}

const bridgeHelp = `
Clients get a token from \`yesterday token NAME\`. What they run is recorded.`

/** Adds the command that serves Jupyter clients alone. */
export function registerBridge(program: Command): void {
  withServerOptions(program.command('bridge'))
    .description('serve a folder and its kernels to Jupyter clients, without the page')
    .addHelpText('after', bridgeHelp)
    .action((dir: string, raw: unknown) =>
      start('bridge', dir, { ...ServeOptions.parse(raw), page: false, open: false }),
    )
}

const withServerOptions = (command: Command): Command =>
  command
    .argument('[dir]', 'the project folder', '.')
    .option('--port <number>', `the port (default: the first free one from ${FIRST_PORT})`, portNumber)
    .option('--host <address>', 'the address to listen on; others than loopback need TLS', '127.0.0.1')
    .option('--tls-cert <file>', 'certificate (PEM, with its chain) to serve by TLS')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option(
      '--public-url <url>',
      'the https address that people open, where it is not that of the certificate',
    )
    .option(
      '--trusted-proxy <cidr...>',
      'addresses of the proxy in front, which ends TLS; no others are answered',
    )
    .addOption(
      new Option('--oidc <file>', 'the OpenID provider that signs people in; a file outside the project').env(
        'YESTERDAY_OIDC',
      ),
    )
    .option('--python <path>', 'the Python whose ipykernel runs the cells')
    .option('--kernel <name>', 'the kernelspec of notebooks that name none')
    .option(
      '--starter',
      'with numpy, pandas, matplotlib, scikit-learn, duckdb and xxhash in a new environment',
    )
    .option(...trustOption)
    .option('--beside', 'if the history is damaged, begin a new one and keep the damaged one beside it')
    .option('--no-restart', 'run the server in this process, and end with it; for a service manager')

export async function start(name: string, dir: string, options: ServeOptions): Promise<void> {
  const fault = process.env[SUPERVISED]
  // Kernels inherit the environment, and may start servers of their own.
  delete process.env[SUPERVISED]
  if (fault !== undefined || !options.restart) await serveHere(dir, options, fault ?? '')
  else process.exitCode = await superviseHere(name)
}

function superviseHere(name: string): Promise<number> {
  ignoreBrokenPipe()
  const [, program = '', ...words] = process.argv
  return supervise({
    command: [program, name, ...(words[0] === name ? words.slice(1) : words)],
    say: printNote,
  })
}

/** `fault`: the signal with which the server before this one crashed; '' where none did. */
async function serveHere(dir: string, options: ServeOptions, fault: string): Promise<void> {
  const { serve } = await import('./serve-here.ts')
  try {
    await serve(dir, options, fault)
  } catch (thrown) {
    printNote(explain(thrown))
    // Parts that were made already, such as threads, do not hold up the answer.
    process.exit(1)
  }
}

function explain(error: unknown): string {
  const thrown = isDiskError(error) ? asStoreError(error) : error
  const hint = thrown instanceof Error && 'hint' in thrown ? `\n  ${String(thrown.hint)}` : ''
  return `yesterday: ${thrown instanceof Error ? thrown.message : String(thrown)}${hint}`
}
