/** `npm start [-- FOLDER]`: sets up what is missing, then starts the notebook. Safe to repeat; the second time is quick. */
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { environment, home, packagedNode } from './command.js'
import { buildClient, installPackages } from './install.js'

try {
  await installPackages()
  await buildClient()
  serve(process.argv.slice(2))
} catch (error) {
  console.error(`\nyesterday: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

/** The server takes over; Ctrl-C reaches it, as it is in the same process group. */
function serve(words) {
  const main = join(home, 'server', 'bin', 'yesterday.js')
  const from = process.env.INIT_CWD ?? process.cwd()
  const named = words.some((word) => !word.startsWith('-'))
  const folder = named ? words : [resolve(from), ...words]
  const child = spawn(packagedNode(), [main, 'serve', ...folder], {
    stdio: 'inherit',
    env: environment,
    cwd: from,
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
}
