/** Other programs, run as steps of setting up. Plain JavaScript for Node 20: nothing is installed yet when it runs. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { delimiter, join, resolve } from 'node:path'

/** The folder of Yesterday itself. */
export const home = resolve(import.meta.dirname, '../..')

const isWindows = process.platform === 'win32'
const bin = join(home, 'node_modules', '.bin')

/** The environment of every step: the packaged Node and the installed programs come first on the path. */
export const environment = {
  ...process.env,
  PATH: [bin, process.env.PATH ?? ''].join(delimiter),
  npm_config_update_notifier: 'false',
}

/** The Node that comes with the packages; this one before they are installed. */
export function packagedNode() {
  const binary = join(home, 'node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node')
  return existsSync(binary) ? binary : process.execPath
}

/**
 * Runs a program to its end: its exit code and what it printed. `show` passes the output through as it comes; `input`
 * is none, so that nothing waits for an answer. `yields`: others that want the processor have it first. `env` is added to
 * this process's environment; with `only` it is the whole environment.
 */
export function run(program, words, options = {}) {
  const { cwd = home, show = false, env = {}, only = false, yields = false } = options
  return new Promise((settle) => {
    const child = spawn(program, words, {
      cwd,
      env: only ? env : { ...environment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: isWindows && !program.endsWith('.exe'),
    })
    if (yields && child.pid !== undefined) lower(child.pid)
    let output = ''
    const take = (stream) => (chunk) => {
      output += chunk
      if (show) stream.write(chunk)
    }
    child.stdout.setEncoding('utf8').on('data', take(process.stdout))
    child.stderr.setEncoding('utf8').on('data', take(process.stderr))
    child.on('error', (error) => settle({ code: 127, output: `${output}${error.message}` }))
    child.on('close', (code) => settle({ code: code ?? 1, output }))
  })
}

/** A child that is gone already needs no priority. */
function lower(pid) {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {}
}

/** A line to the person. */
export const say = (line) => process.stdout.write(`${line}\n`)

/** Does one named step and says how long it took; throws with the step's output and the command to run by hand. */
export async function step(title, program, words, options = {}) {
  const started = Date.now()
  say(`  ${title} …`)
  const { code, output } = await run(program, words, options)
  if (code !== 0) throw new StepError(title, [program, ...words].join(' '), output)
  say(`  ${title}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return output
}

/** A step that failed: what, what it printed at its end, and what to run by hand. */
export class StepError extends Error {
  constructor(title, command, output) {
    const tail = output.trimEnd().split('\n').slice(-20).join('\n')
    super(`${title} failed.\n${tail}\n\nTo try by hand, in ${home}:\n    ${command}`)
  }
}
