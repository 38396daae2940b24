/** One step of making an environment: a program, its lines as they come, and why it failed. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** The step that failed, and the last that it said. */
export interface BuildFailure {
  readonly step: string
  readonly said: string
}

/** Runs one program, without a shell; reports its lines as they come. Null when it succeeded. */
export function step(
  name: string,
  [program = '', ...words]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  report: (line: string) => void,
): Promise<BuildFailure | null> {
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
  const last: string[] = []
  const hear = (line: string) => {
    if (line.trim() === '') return
    report(`  ${line.trimEnd()}`)
    last.push(line.trimEnd())
    if (last.length > 8) last.shift()
  }
  createInterface(child.stdout).on('line', hear)
  createInterface(child.stderr).on('line', hear)
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ step: name, said: error.message }))
    child.on('close', (code) => resolve(code === 0 ? null : { step: name, said: last.join('\n') }))
  })
}
