/**
 * One life of a kernel: a process that answers, from its start to its end. A restart begins another.
 * Invariant: a life that did not come to answer leaves no process behind.
 */
import { randomInt } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { injectAgent } from './agent-code.ts'
import { inBackground } from './background.ts'
import { converse } from './channels.ts'
import { commandOf, environmentOf } from './command.ts'
import { type Connection, writePrivately } from './connection.ts'
import type { Conversation } from './conversation.ts'
import { deathOf, type Ended } from './death.ts'
import { KernelStartError, type Problem, stopping } from './errors.ts'
import type { KernelSpec, WrapCommand } from './kernel.ts'
import { writeFacts } from './kernel-facts.ts'
import { clearConnection, type KernelFolder, makeFolder } from './kernel-folder.ts'
import type { JsonObject } from './message.ts'
import {
  ENDED_WITHIN_MS,
  type KernelBody,
  type KernelProcess,
  launch,
  stderrTail,
  within,
} from './process.ts'
import { ownProcess, type ProcessIdentity } from './process-identity.ts'
import { type Signer, writeRecord } from './process-record.ts'
import { newConnection, type TransportChoice } from './transport.ts'

/** What a kernel is started from, at first and at each restart. */
export interface Plan {
  readonly kernelId: string
  readonly spec: KernelSpec
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly folder: KernelFolder
  readonly wrap?: WrapCommand
}

/** What every kernel of one bridge shares. */
export interface Setting {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly agent: { readonly folder: string; readonly options: JsonObject } | null
  readonly startTimeoutMs: number
  readonly transport: TransportChoice
  readonly onProblem: (problem: Problem) => void
  readonly signer: Signer
  /** Aborted when the door is closed: what starts then is ended. */
  readonly closing: AbortSignal
}

export interface Life<Body extends KernelBody = KernelBody> {
  readonly process: Body
  readonly conversation: Conversation
  readonly info: JsonObject
  readonly agentProblem: string | null
  readonly startedAt: Date
}

/** Another program may take a port between our look and the kernel's; Unix sockets may fail inside of a container. */
const TRANSPORTS: readonly TransportChoice[] = ['auto', 'tcp', 'tcp']

/** `PYTHONHASHSEED` is below this; 0 would switch the randomisation off. */
const MAX_HASH_SEED = 2 ** 32

/** No network leads to a kernel that is wrapped. */
const WRAPPED: readonly TransportChoice[] = ['auto']

/**
 * Starts a process and waits until it answers and records. It is owned by this process until it is handed over. Rejects
 * with `KernelStartError`.
 */
export async function startLife(plan: Plan, setting: Setting): Promise<Life<KernelProcess>> {
  makeFolder(plan.folder, (folder) =>
    writeRecord(folder, setting.signer, { process: null, owner: ownProcess() }),
  )
  const choices = plan.wrap ? WRAPPED : setting.transport === 'tcp' ? TRANSPORTS.slice(1) : TRANSPORTS
  for (const [attempt, choice] of choices.entries()) {
    try {
      return await attemptLife(plan, setting, choice)
    } catch (error) {
      await clearConnection(plan.folder)
      if (attempt === choices.length - 1 || !couldNotListen(error)) throw error
    }
  }
  throw new Error('No way to start a kernel is left')
}

function couldNotListen(error: unknown): boolean {
  return error instanceof KernelStartError && /Address already in use|ZMQError/.test(error.stderrTail)
}

async function attemptLife(
  plan: Plan,
  setting: Setting,
  choice: TransportChoice,
): Promise<Life<KernelProcess>> {
  const { folder, spec } = plan
  await requireFolder(plan)
  if (setting.closing.aborted) throw stopping(spec.name)
  const connection = await newConnection(folder.dir, choice)
  await writePrivately(folder.connectionFile, { ...connection, kernel_name: spec.name })
  const env = withHashSeed(spec, environmentOf(setting.environment, spec, plan.env))
  const argv = await wrapped(plan, connection, await commandOf(spec, folder.connectionFile, env))
  const note = (process: ProcessIdentity) =>
    writeRecord(folder, setting.signer, { process, owner: ownProcess() })
  const launched = launch({ argv, cwd: plan.cwd, env, logDir: folder.dir, note })
  const process = await launched.catch((error: unknown) => {
    throw startError(plan, 'ended', `its program could not be run (${String(error)})`, '')
  })
  return settle(plan, setting, connection, process)
}

/** Python does not report a seed that it chose itself. One that is chosen here is as random, and is recorded. */
function withHashSeed({ language }: KernelSpec, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const chosen = env.PYTHONHASHSEED
  if (language.toLowerCase() !== 'python' || (chosen !== undefined && chosen !== 'random')) return env
  return { ...env, PYTHONHASHSEED: String(randomInt(1, MAX_HASH_SEED)) }
}

async function wrapped(
  plan: Plan,
  connection: Connection,
  argv: readonly string[],
): Promise<readonly string[]> {
  if (plan.wrap === undefined) return argv
  if (connection.transport !== 'ipc')
    throw startError(plan, 'ended', 'an isolated kernel needs Unix sockets, and none can be had here', '')
  const folders = [...new Set([plan.folder.dir, dirname(connection.ip)])]
  return plan.wrap({ argv, cwd: plan.cwd, folders })
}

async function settle(
  plan: Plan,
  setting: Setting,
  connection: Connection,
  process: KernelProcess,
): Promise<Life<KernelProcess>> {
  const startedAt = new Date()
  const conversation = converse({ connection, session: plan.kernelId, onProblem: setting.onProblem })
  try {
    const info = await untilReady(conversation, process, plan, setting)
    const injection = await inject(conversation, plan, setting, info)
    await writeFacts(plan.folder, setting.signer, {
      spec: plan.spec,
      cwd: plan.cwd,
      env: plan.env,
      info,
      agentProblem: injection,
    })
    await conversation.forgetStart()
    inBackground(conversation.makeWay(), `making way in kernel ${plan.kernelId}`)
    return { process, conversation, info, agentProblem: injection, startedAt }
  } catch (error) {
    process.signal('SIGKILL')
    await within(process.ended, ENDED_WITHIN_MS)
    conversation.died(
      deathOf({ exitCode: null, signal: null }, { asked: null, memoryKill: null, stderrTail: '' }),
    )
    throw error
  }
}

async function untilReady(
  conversation: Conversation,
  process: KernelProcess,
  plan: Plan,
  { startTimeoutMs, closing }: Setting,
): Promise<JsonObject> {
  let timer: NodeJS.Timeout | undefined
  const silent = new Promise<{ failed: 'silent'; why: string }>((resolve) => {
    const why = `it did not answer within ${startTimeoutMs / 1000} s`
    timer = setTimeout(resolve, startTimeoutMs, { failed: 'silent', why })
  })
  const ready = conversation.ready('shell').then((info) => ({ failed: null, info }))
  // The loser of the race is rejected later, when the conversation is closed.
  ready.catch(() => undefined)
  const ended = process.ended.then((end) => ({
    failed: 'ended' as const,
    why: `it ended at once (${said(end)})`,
  }))
  const closed = Promise.withResolvers<{ failed: 'closed' }>()
  const close = () => closed.resolve({ failed: 'closed' })
  closing.addEventListener('abort', close)
  if (closing.aborted) close()
  const first = await Promise.race([ready, ended, silent, closed.promise]).finally(() => {
    clearTimeout(timer)
    closing.removeEventListener('abort', close)
  })
  if (first.failed === null) return first.info
  if (first.failed === 'closed') throw stopping(plan.spec.name)
  throw startError(plan, first.failed, first.why, await stderrTail(plan.folder.dir))
}

function said({ exitCode, signal }: Ended): string {
  return signal ?? `exit code ${exitCode}`
}

/** The kernel's own word: a kernelspec may name its language as it likes. */
function languageOf({ language_info: info }: JsonObject): string {
  const name = typeof info === 'object' && info !== null && 'name' in info ? info.name : null
  return typeof name === 'string' ? name.toLowerCase() : 'another language'
}

async function inject(
  conversation: Conversation,
  plan: Plan,
  { agent, onProblem }: Setting,
  info: JsonObject,
): Promise<string | null> {
  if (agent === null) return 'recording is switched off'
  const language = languageOf(info)
  // Some kernels of other languages take any code for theirs, and answer that the agent runs.
  if (language !== 'python') return `the agent records Python, and this kernel runs ${language}`
  const injection = await injectAgent(conversation, { ...agent, spoolDir: plan.folder.spoolDir })
  if (injection.recording) return null
  onProblem({ kind: 'agent-failed', detail: `${plan.spec.name}: ${injection.problem}` })
  return injection.problem
}

async function requireFolder({ cwd, spec }: Plan): Promise<void> {
  const found = await stat(cwd).catch(() => null)
  if (found?.isDirectory() === true) return
  throw new KernelStartError(
    `The kernel "${spec.displayName}" cannot start: its folder ${cwd} does not exist.`,
    {
      reason: 'folder-missing',
      specName: spec.name,
      program: null,
    },
  )
}

function startError(plan: Plan, reason: 'ended' | 'silent', why: string, tail: string): KernelStartError {
  const [program = null] = plan.spec.argv
  const noKernel = /No module named '?ipykernel/.test(tail)
  const advice = noKernel
    ? `Its Python has no ipykernel: run \`${program} -m pip install ipykernel\`, or choose another kernel.`
    : 'Its own words below say why; mend its environment, or choose another kernel.'
  const message = `The kernel "${plan.spec.displayName}" (${plan.spec.name}, ${program}) did not start: ${why}. ${advice}`
  const facts = { reason, specName: plan.spec.name, program, stderrTail: tail }
  return new KernelStartError(tail === '' || noKernel ? message : `${message}\n${tail}`, facts)
}
