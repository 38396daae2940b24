/** A shell on a pseudo-terminal. The native part is loaded by the first terminal: a system without it has none. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { OWN_TOKENS } from '../secrets/own-tokens.ts'
import { PtyInput } from './pty-input.ts'

/** What a terminal needs of a pseudo-terminal. */
export interface Pty {
  readonly pid: number
  /** The shell's program. */
  readonly shell: string
  /** The program in the foreground, where the system says so. */
  readonly process: string
  /** Types the text. False, and nothing is typed, where the program has too much to read already. */
  write(text: string): boolean
  resize(columns: number, rows: number): void
  pause(): void
  resume(): void
  kill(): void
  onData(take: (text: string) => void): void
  onExit(take: (exitCode: number | null) => void): void
}

export interface PtyOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly columns: number
  readonly rows: number
}

export type OpenPty = (options: PtyOptions) => Promise<Pty>

/** Rejects where this system has no pseudo-terminals, or the shell cannot be started. */
export const openPty: OpenPty = async ({ cwd, env, columns, rows }) => {
  const { spawn } = await load()
  const { program, words } = shellOf(env)
  const opened = spawn(program, words, { name: 'xterm-256color', cols: columns, rows, cwd, env })
  const input = PtyInput.of(opened)
  return {
    pid: opened.pid,
    shell: basename(program),
    get process() {
      return opened.process
    },
    write: (text) => {
      if (input !== null) return input.write(text)
      opened.write(text)
      return true
    },
    resize: (columns, rows) => opened.resize(columns, rows),
    pause: () => opened.pause(),
    resume: () => opened.resume(),
    kill: () => opened.kill(),
    onData: (take) => {
      opened.onData(take)
    },
    onExit: (take) => {
      opened.onExit(({ exitCode, signal }) => take(signal ? null : exitCode))
    },
  }
}

/** Not every system has a binary of it. */
async function load(): Promise<typeof import('@lydell/node-pty')> {
  try {
    return await import('@lydell/node-pty')
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new Error(`This system has no terminals: ${why}`)
  }
}

/** The user's shell as a login shell, so that it has their settings. */
function shellOf({ SHELL }: NodeJS.ProcessEnv): { readonly program: string; readonly words: string[] } {
  if (process.platform === 'win32') return { program: 'powershell.exe', words: ['-NoLogo'] }
  const named = [SHELL, '/bin/bash', '/bin/sh'].find((path) => path !== undefined && existsSync(path))
  return { program: named ?? 'sh', words: ['-l'] }
}

/** Of a terminal that the server itself may run in. */
const NOT_PASSED: readonly string[] = [
  ...OWN_TOKENS,
  'TMUX',
  'TMUX_PANE',
  'STY',
  'WINDOW',
  'WINDOWID',
  'TERMCAP',
  'COLUMNS',
  'LINES',
]

/** The variables of a shell. `mark` is how its processes are recognised by a later server. */
export function shellEnvironment(env: NodeJS.ProcessEnv, mark: string): NodeJS.ProcessEnv {
  const passed = Object.entries(env).filter(([name]) => !NOT_PASSED.includes(name))
  return { ...Object.fromEntries(passed), COLORTERM: 'truecolor', [MARK]: mark }
}

export const MARK = 'YESTERDAY_TERMINAL'
