/**
 * Asks nbformat itself about notebooks. One Python process answers all questions of a worker, in order. The fixtures of
 * the tests judge every notebook that the program saves.
 */
import { spawn } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { home } from './command.js'

const python = process.env.YESTERDAY_TEST_PYTHON
const script = join(home, 'server', 'test', 'validators', 'valid_notebooks.py')

class Judge {
  #child
  #waiting = []

  constructor(program) {
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

  ask(text) {
    const asked = Promise.withResolvers()
    this.#waiting.push(asked)
    this.#hold(true)
    this.#child.stdin.write(`${JSON.stringify(text)}\n`)
    return asked.promise
  }

  /** The judge keeps this process alive while it is asked something. */
  #hold(isAsked) {
    const { stdin, stdout } = this.#child
    const pipes = [stdin, stdout].filter((one) => one instanceof Socket)
    for (const handle of [this.#child, ...pipes]) {
      if (isAsked) handle.ref()
      else handle.unref()
    }
  }
}

let judge = null

/** Why nbformat refuses the notebook; '' where it is valid, or where there is no Python to ask. */
export function problemOf(text) {
  if (python === undefined) return Promise.resolve('')
  judge ??= new Judge(python)
  return judge.ask(text)
}

/**
 * What nbformat refuses of the notebooks in a folder: `path: why` for each. Hidden folders are left out. `invalid`: paths
 * below the folder that a test made invalid on purpose. `since`: only files that were written at this time (ms) or later.
 */
export async function problemsIn(folder, { invalid = [], since = 0 } = {}) {
  const problems = []
  for await (const path of notebooksIn(folder)) {
    const name = relative(folder, path)
    if (invalid.includes(name)) continue
    const text = await readIfWritten(path, since)
    const problem = text === null ? '' : await problemOf(text)
    if (problem !== '') problems.push(`${name}: ${problem}`)
  }
  return problems
}

/** Throws if there are such notebooks. */
export async function expectValid(folder, options = {}) {
  const problems = await problemsIn(folder, options)
  if (problems.length > 0) throw new Error(`notebooks that nbformat refuses: ${problems.join('; ')}`)
}

/** Null where there is no such regular file any more, or where it is older. */
async function readIfWritten(path, since) {
  try {
    const { mtimeMs } = await stat(path)
    return mtimeMs < since ? null : await readFile(path, 'utf8')
  } catch {
    return null
  }
}

async function* notebooksIn(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    if (entry.isDirectory()) yield* notebooksIn(path)
    else if (entry.isFile() && entry.name.endsWith('.ipynb')) yield path
  }
}
