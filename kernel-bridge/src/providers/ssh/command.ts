/**
 * The system's ssh client. Invariants: no shell of this machine reads a word of it, it never asks for anything, and what
 * comes back is bounded in size and time. The user's configuration counts: names, keys, agents, ProxyJump.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import {
  isProblem,
  type LaunchAnswer,
  type LaunchSettings,
  launchProgram,
  OUTPUT_LIMIT,
  problemText,
  readAnswer,
} from '../launched/program.ts'
import type { SshHost } from './host.ts'

/** A launch waits for a server and for another launch of the same host. */
const LAUNCH_MS = 180_000
const ERROR_LIMIT = 16 * 1024

export type Environment = Readonly<Record<string, string | undefined>>
export type SshProcess = ChildProcessByStdio<Writable, Readable, Readable>

/** Why a host cannot be used now, for people. */
export class SshError extends Error {}

const OPTIONS = [
  ...['-T', '-x', '-a'],
  ...['-o', 'BatchMode=yes'],
  ...['-o', 'ConnectTimeout=10'],
  ...['-o', 'ServerAliveInterval=5'],
  ...['-o', 'ServerAliveCountMax=3'],
  ...['-o', 'PermitLocalCommand=no'],
  ...['-o', 'RemoteCommand=none'],
]

/** One `ssh`. `forward`: a socket of this machine that leads to one over there. */
export function startSsh(
  host: SshHost,
  command: string,
  environment: Environment,
  forward?: { readonly from: string; readonly to: string },
): SshProcess {
  const { target, port, config } = host
  const words = [
    ...(config === null ? [] : ['-F', config]),
    ...OPTIONS,
    ...(port === null ? [] : ['-p', String(port)]),
    ...(forward === undefined ? ['-o', 'ClearAllForwardings=yes'] : forwarding(forward)),
    ...['--', target, command],
  ]
  return spawn('ssh', words, { env: environment, stdio: ['pipe', 'pipe', 'pipe'] })
}

/** A connection of its own: one that is shared would keep the socket after this process. */
const forwarding = ({ from, to }: { readonly from: string; readonly to: string }): readonly string[] => [
  ...['-o', 'ControlMaster=no', '-o', 'ControlPath=none'],
  ...['-o', 'StreamLocalBindUnlink=yes', '-o', 'StreamLocalBindMask=0177'],
  ...['-L', `${from}:${to}`],
]

/** Runs the launcher over there. Rejects with `SshError`. */
export async function launchBySsh(
  host: SshHost,
  settings: Omit<LaunchSettings, 'python' | 'folder'>,
  environment: Environment,
  { limitMs = LAUNCH_MS, signal }: { readonly limitMs?: number; readonly signal?: AbortSignal } = {},
): Promise<Exclude<LaunchAnswer, { problem: unknown }>> {
  const { python, folder, title } = host
  const { source, mark } = await launchProgram({ ...settings, python, folder })
  const ssh = startSsh(host, pythonCommand(python), environment)
  const output = await outputOf(ssh, source, { limitMs, ...(signal && { signal }) })
  const answer = readAnswer(output.text, mark)
  if (answer !== null && !isProblem(answer)) return answer
  if (answer !== null) throw new SshError(problemText(answer, title))
  throw new SshError(whyNoAnswer(output, title, python))
}

/** Read by the shell over there, of whatever kind it is. */
function pythonCommand(python: string | null): string {
  // An environment's folder is no program: the launcher finds its Python.
  if (python === null || !/\/python[\d.]*$/.test(python)) return 'exec python3 -'
  const isInHome = python.startsWith('~/')
  return `exec ${isInHome ? '~/' : ''}'${isInHome ? python.slice(2) : python}' -`
}

/** What came of one `ssh`. */
export interface Output {
  readonly text: string
  readonly errors: string
  readonly exitCode: number | null
  /** Why it was ended by this side. */
  readonly stopped: 'late' | 'long' | 'aborted' | 'noSsh' | null
}

interface Bounds {
  readonly limitMs: number
  /** Characters. */
  readonly limit?: number
  readonly signal?: AbortSignal
}

/** Feeds it and reads it to its end. Never rejects; the text begins with a line break. */
export function outputOf(
  ssh: SshProcess,
  input: string,
  { limitMs, limit = OUTPUT_LIMIT, signal }: Bounds,
): Promise<Output> {
  return new Promise((resolve) => {
    let text = ''
    let errors = ''
    let stopped: Output['stopped'] = null
    const stop = (why: Output['stopped']) => {
      stopped ??= why
      ssh.kill('SIGKILL')
    }
    const abort = () => stop('aborted')
    const timer = setTimeout(stop, limitMs, 'late')
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    ssh.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (text.length > limit) stop('long')
    })
    ssh.stderr.setEncoding('utf8').on('data', (part: string) => {
      errors = (errors + part).slice(-ERROR_LIMIT)
    })
    // It may end before it has read all.
    ssh.stdin.on('error', () => undefined)
    ssh.on('error', () => {
      stopped ??= 'noSsh'
    })
    ssh.on('close', (exitCode) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      resolve({ text: `\n${text}`, errors, exitCode, stopped })
    })
    ssh.stdin.end(input)
  })
}

/** Why there was no answer, for people. */
export function whyNoAnswer(
  { errors, exitCode, stopped }: Output,
  title: string,
  python: string | null,
): string {
  if (stopped === 'noSsh') return NO_SSH
  if (stopped === 'late') return `${title} did not answer in time.`
  if (stopped === 'long') return `${title} answered something else than was asked: it is too long.`
  if (stopped === 'aborted') return `${title} was asked no more: Yesterday stops.`
  if (exitCode === 255) return sshProblem(errors, title)
  if (exitCode === 126 || exitCode === 127)
    return `There is no program ${python ?? 'python3'} on ${title}. Name a Python of 3.10 or newer for this host.`
  const last = lastLine(errors)
  return `${title} answered something else than was asked${last === '' ? '' : `: ${last}`}.`
}

export const NO_SSH = 'There is no program ssh on this machine. Install the OpenSSH client.'

/** What ssh says, in words that say what to do. */
export function sshProblem(errors: string, title: string): string {
  const found = WORDS.find(([pattern]) => pattern.test(errors))
  return `${title} is not reachable: ${found?.[1] ?? (lastLine(errors) || 'ssh ended without a word')}.`
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed/i,
    'its host key changed. Ask who runs it, then correct your known_hosts',
  ],
  [/Host key verification failed|host key is known/i, 'the host key is unknown. Connect once in a terminal'],
  [
    /Permission denied|Too many authentication failures|no more authentication/i,
    'ssh asks for a password. Add a key to the agent',
  ],
  [/Could not resolve hostname/i, 'its name is not known'],
  [/Connection refused/i, 'it refuses connections'],
  [/timed out/i, 'it does not answer'],
  [/No route to host|Network is unreachable/i, 'there is no network to it'],
  [/forwarding (?:failed|disabled)|administratively prohibited/i, 'it does not allow forwarding'],
]

const lastLine = (text: string): string =>
  text
    .replace(/[^\P{C}\n]+/gu, ' ')
    .trim()
    .split('\n')
    .at(-1)
    ?.trim()
    .replace(/\.$/, '')
    .slice(0, 300) ?? ''
