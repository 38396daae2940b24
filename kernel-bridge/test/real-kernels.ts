/** Real kernels for tests: a Python with ipykernel, a runtime folder of their own, and ears. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecuteOutcome, Kernel, Message, Problem } from '../src/index.ts'
import { createKernels, type KernelsOptions } from '../src/index.ts'
import { signer } from './signer.ts'

/** The interpreter to test with; null where no Python has ipykernel. */
export const python: string | null = findPython()

/** Part of a suite's name, so that a skipped one says what it lacks. */
export const whySkipped =
  python === null ? ' (skipped: set YESTERDAY_TEST_PYTHON to a Python with ipykernel)' : ''

function findPython(): string | null {
  const named = process.env.YESTERDAY_TEST_PYTHON
  if (named) return named
  try {
    execFileSync('python3', ['-c', 'import ipykernel'], { stdio: 'ignore' })
    return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

export const specName = 'tested'

/** A bridge over a fresh runtime folder; `using` it at the end shuts its kernels down and removes the folder. */
export async function realKernels(options: Partial<KernelsOptions> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'yk-'))
  const problems: Problem[] = []
  const kernels = createKernels({
    runtimeDir: join(dir, 'run'),
    signer,
    interpreters: [{ name: specName, displayName: 'Tested Python', python: python ?? '' }],
    onProblem: (problem) => problems.push(problem),
    ...options,
  })
  const start = (env: Readonly<Record<string, string>> = {}): Promise<Kernel> =>
    kernels.start({ specName, cwd: dir, env, prewarm: false })
  const end = async (): Promise<void> => {
    await kernels.close({ shutdown: true })
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }
  return { dir, kernels, problems, start, end }
}

/** Hears all that a kernel says from now on. */
export function listenTo(kernel: Kernel) {
  const messages: Message[] = []
  const waiting = new Set<() => void>()
  kernel.on('message', (message) => {
    messages.push(message)
    for (const look of [...waiting]) look()
  })
  /** Settles with the first message, past or to come, that passes. */
  const until = (passes: (message: Message) => boolean): Promise<Message> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = messages.find(passes)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return { messages, until, typesOf: (msgId: string) => typesOf(messages, msgId) }
}

function typesOf(messages: readonly Message[], msgId: string): string[] {
  return messages.filter(({ parent }) => parent.msg_id === msgId).map(({ header }) => header.msg_type)
}

/** All that a request's streams said. */
export function textOf(messages: readonly Message[], msgId?: string): string {
  return messages
    .filter(({ header, parent }) => header.msg_type === 'stream' && (parent.msg_id === msgId || !msgId))
    .map(({ content }) => String(content.text))
    .join('')
}

let runs = 0

/** Runs code to its end. */
export function run(kernel: Kernel, code: string, runId = `run-${++runs}`): Promise<ExecuteOutcome> {
  return kernel.execute({ code, runId, cellId: `cell-of-${runId}` }).done
}

/** The plain text of an expression's value, as the kernel shows it. */
export async function shownValue(kernel: Kernel, expression: string): Promise<unknown> {
  const { messages } = listenTo(kernel)
  const { msgId, done } = kernel.execute({ code: expression, runId: `value-${++runs}`, cellId: null })
  const outcome = await done
  const result = messages.find(
    ({ header, parent }) => parent.msg_id === msgId && header.msg_type === 'execute_result',
  )
  const data = result?.content.data
  const text =
    typeof data === 'object' && data !== null && !Array.isArray(data) ? data['text/plain'] : undefined
  return text ?? outcome
}
