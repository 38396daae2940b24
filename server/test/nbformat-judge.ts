/** Asks nbformat itself about notebooks. One Python process answers all questions of a worker, in order. */
import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const python = process.env.YESTERDAY_TEST_PYTHON
const script = join(import.meta.dirname, 'validators', 'valid_notebooks.py')

class Judge {
  readonly #child: ChildProcess
  readonly #waiting: PromiseWithResolvers<string>[] = []

  constructor(program: string) {
    const child = spawn(program, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child = child
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#waiting.shift()?.resolve(String(JSON.parse(line)))
      this.#hold(this.#waiting.length > 0)
    })
    child.on('exit', (code) => {
      for (const { reject } of this.#waiting) reject(new Error(`the judge ended with ${code}`))
    })
    this.#hold(false)
  }

  ask(text: string): Promise<string> {
    const asked = Promise.withResolvers<string>()
    this.#waiting.push(asked)
    this.#hold(true)
    this.#child.stdin?.write(`${JSON.stringify(text)}\n`)
    return asked.promise
  }

  /** The judge keeps this process alive while it is asked something. */
  #hold(isAsked: boolean): void {
    const { stdin, stdout } = this.#child
    const pipes = [stdin, stdout].filter((one) => one instanceof Socket)
    for (const handle of [this.#child, ...pipes]) {
      if (isAsked) handle.ref()
      else handle.unref()
    }
  }
}

let judge: Judge | null = null

/** Why nbformat refuses the notebook; '' where it is valid, or where there is no Python to ask. */
export function problemOf(text: string): Promise<string> {
  if (python === undefined) return Promise.resolve('')
  judge ??= new Judge(python)
  return judge.ask(text)
}
