/**
 * Runs Slurm's programs on a login host, by the person's own `ssh`. Invariant: the shell over there, of whatever kind it is,
 * reads one word of base64; a POSIX shell gets the words of the command inside single quotes.
 */
import { randomUUID } from 'node:crypto'
import { type Environment, type Output, outputOf, sshProblem, startSsh, whyNoAnswer } from '../ssh/command.ts'
import type { SshHost } from '../ssh/host.ts'
import { type Commands, NO_CLUSTER, nameOf, SlurmError, shown, TAIL, TIMEOUT_MS } from './commands.ts'
import { OUTPUT_LIMIT } from './queue-lines.ts'

export function sshCommands(host: SshHost, environment: Environment): Commands {
  return {
    host: host.title,
    run: async (words, { input = '', timeoutMs = TIMEOUT_MS } = {}) => {
      const mark = `yesterday-${randomUUID()}`
      const ssh = startSsh(host, remoteCommand(words, mark), environment)
      const output = await outputOf(ssh, input, { limitMs: timeoutMs, limit: OUTPUT_LIMIT })
      const at = output.text.indexOf(`\n${mark}\n`)
      const isRun = at >= 0
      if (isRun && output.exitCode === 0 && output.stopped === null)
        return { stdout: output.text.slice(at + mark.length + 2) }
      throw new SlurmError(isRun ? whyOf(words, output, host.title) : whyNoAnswer(output, host.title, null))
    },
    open: (words) => {
      const ssh = startSsh(host, remoteCommand(words, null), environment)
      let tail = ''
      ssh.stderr.on('data', (part) => {
        tail = `${tail}${String(part)}`.slice(-TAIL)
      })
      ssh.stdin.on('error', () => undefined)
      const ended = new Promise<string>((resolve) => {
        ssh.on('error', ({ message }) => resolve(message))
        ssh.on('close', () => resolve(shown(tail)))
      })
      const end = () => {
        ssh.kill('SIGTERM')
      }
      return { stdin: ssh.stdin, stdout: ssh.stdout, ended, end }
    },
  }
}

/** Commands of a host that is not there, or no more: each is refused. */
export function noCommands(id: string): Commands {
  const why = `There is no host ${id}. Add it with "yesterday hosts add", or choose another login host.`
  const refuse = () => {
    throw new SlurmError(why)
  }
  return { host: id, run: async () => refuse(), open: refuse }
}

/**
 * `ssh HOST COMMAND` runs no login shell: where Slurm's programs are known to that alone, its profile is read. The mark comes
 * before what the program prints, and after what start files print.
 */
export function remoteCommand(words: readonly string[], mark: string | null): string {
  const script = [
    'command -v squeue >/dev/null 2>&1 || . /etc/profile >/dev/null 2>&1 </dev/null',
    ...(mark === null ? [] : [`printf '\\n%s\\n' ${quoted(mark)}`]),
    `exec ${words.map(quoted).join(' ')}`,
  ].join('\n')
  const word = Buffer.from(script).toString('base64')
  return `exec sh -c 'eval "$(printf %s "$1" | base64 -d)"' sh '${word}'`
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

function whyOf(words: readonly string[], { exitCode, errors, stopped }: Output, title: string): string {
  const name = nameOf(words)
  if (stopped === 'late') return `${name} on ${title} did not answer in time.`
  if (stopped === 'long') return `${name} on ${title} answered too much.`
  if (exitCode === 127) return `There is no program "${name}" on ${title}. Name a login host of the cluster.`
  if (exitCode === 255) return sshProblem(errors, title)
  if (NO_CLUSTER.test(errors))
    return `${title} belongs to no Slurm cluster. Name a login host of the cluster.`
  const said = shown(errors)
  return said === '' ? `${name} on ${title} failed (${String(exitCode)}).` : `${name} on ${title}: ${said}`
}
