/**
 * The recording agent as one piece of code for a silent request: nothing is installed in the user's environment.
 * Invariant: a kernel works on when this fails; the reason is kept.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Conversation } from './conversation.ts'
import type { JsonObject } from './message.ts'

const PACKAGE = 'yesterday_agent'
const TOKEN = '__YESTERDAY_BUNDLE__'
const INJECT_TIMEOUT_MS = 20_000

/** The folder that holds `bootstrap.py` and the package `yesterday_agent`. */
export const agentFolder = fileURLToPath(new URL('../agent/', import.meta.url))

/** Whether the agent answered, and why not. */
export type Injection = { readonly recording: true } | { readonly recording: false; readonly problem: string }

/** Module names and sources of the agent; empty where there is none. */
export async function readAgent(folder: string): Promise<Readonly<Record<string, string>>> {
  const root = join(folder, PACKAGE)
  const files = await readdir(root, { recursive: true }).catch(() => [])
  const sources = files.filter((file) => file.endsWith('.py')).sort()
  const entries = await Promise.all(
    sources.map(async (file) => [
      moduleName(relative(root, join(root, file))),
      await readFile(join(root, file), 'utf8'),
    ]),
  )
  return Object.fromEntries(entries)
}

function moduleName(file: string): string {
  const path = [PACKAGE, ...file.replace(/\.py$/, '').split(sep)]
  return (path.at(-1) === '__init__' ? path.slice(0, -1) : path).join('.')
}

/** Writes a native crash and the cell's stack to the real standard error. ipykernel's own goes back into the crashed process. */
const CRASH_REPORTS = `try:
    __import__("faulthandler").enable(__import__("sys").stderr._original_stdstream_copy, all_threads=False)
except Exception:
    pass
`

/** The code to run: the bootstrap with the bundle as a Python string literal, which JSON's own quoting is. */
export function bootstrapCode(bootstrap: string, bundle: JsonObject): string {
  const literal = JSON.stringify(JSON.stringify(bundle))
  return `${bootstrap.replaceAll(TOKEN, () => literal)}\n${CRASH_REPORTS}`
}

/**
 * Injects the agent; rejects only if the kernel dies. The kernel gets the path of the agent's folder, so that Python
 * compiles it once for all kernels. A kernel that cannot read the folder gets the sources. `spoolDir`: null for a kernel
 * that shares no folder; it gets the sources at once.
 */
export async function injectAgent(
  conversation: Conversation,
  agent: { folder: string; spoolDir: string | null; options: JsonObject },
): Promise<Injection> {
  const { folder, spoolDir, options } = agent
  const bootstrap = await readFile(join(folder, 'bootstrap.py'), 'utf8').catch(() => null)
  if (bootstrap === null) return MISSING
  const near = bootstrapCode(bootstrap, { folder, spoolDir, options })
  const injection = spoolDir === null ? 'not here' : await runSilently(conversation, near)
  if (injection !== 'not here') return injection
  const modules = await readAgent(folder)
  if (Object.keys(modules).length === 0) return MISSING
  const sent = await runSilently(conversation, bootstrapCode(bootstrap, { modules, spoolDir, options }))
  return sent === 'not here' ? MISSING : sent
}

const MISSING: Injection = {
  recording: false,
  problem: 'the recording agent is missing from this installation',
}

async function runSilently(conversation: Conversation, code: string): Promise<Injection | 'not here'> {
  const content = { code, silent: true, store_history: false, allow_stdin: false, user_expressions: {} }
  const reply = await conversation
    .ask('shell', 'execute_request', content, INJECT_TIMEOUT_MS)
    .catch((error: unknown) => {
      if (error instanceof Error && error.name === 'RequestTimeoutError')
        return { ename: error.name, evalue: error.message }
      throw error
    })
  if ('status' in reply && reply.status === 'ok') return { recording: true }
  if (reply.ename === 'AgentNotHere') return 'not here'
  return {
    recording: false,
    problem: `the recording agent failed: ${String(reply.ename)}: ${String(reply.evalue)}`,
  }
}
