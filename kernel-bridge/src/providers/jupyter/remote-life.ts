/** One life of a kernel on a Jupyter server, and what a kernel asks of its host. */
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { injectAgent } from '../../agent-code.ts'
import { inBackground } from '../../background.ts'
import { Conversation } from '../../conversation.ts'
import type { Ended } from '../../death.ts'
import { KernelStartError } from '../../errors.ts'
import { Interrupts } from '../../interrupt.ts'
import type { Death, KernelAbility, KernelSpec } from '../../kernel.ts'
import { writeFacts } from '../../kernel-facts.ts'
import { isRealFolder, type KernelFolder, makeFolder, removeFolder } from '../../kernel-folder.ts'
import type { Life } from '../../life.ts'
import type { KernelHost } from '../../live-kernel.ts'
import type { Json, JsonObject, Message } from '../../message.ts'
import type { KernelBody } from '../../process.ts'
import { ownProcess } from '../../process-identity.ts'
import { writeRecord } from '../../process-record.ts'
import type { ProviderContext } from '../../provider.ts'
import { AcknowledgedRuns, agentFiles } from '../../spool.ts'
import { namedElsewhere } from './named-elsewhere.ts'
import { writePlace } from './place.ts'
import { Reach } from './reach.ts'
import { RemoteWire } from './remote-wire.ts'
import { JupyterRest } from './rest.ts'
import type { JupyterServer } from './server.ts'

/** How often the server is asked whether the kernel is there, ms. */
const LOOK_MS = 10_000
/** The agent's word for it (interrupts.py), and how long its answer is awaited, ms. */
const WAKE = 'yesterday_wake_request'
const ASK_MS = 10_000
/** The oldest Python that the agent runs in. */
const OLDEST = [3, 10] as const

export const LACKS: readonly KernelAbility[] = ['project-folder', 'sandbox', 'process', 'prewarm']

export interface RemoteBody extends KernelBody {
  readonly kernel: string
  readonly wire: RemoteWire
}
export type RemoteLife = Life<RemoteBody>

export interface RemotePlan {
  readonly provider: string
  readonly kernelId: string
  readonly spec: KernelSpec
  /** Its name on the server. */
  readonly remoteName: string
  readonly server: JupyterServer
  /** See `FoundServer`. */
  readonly gone?: AbortSignal
  readonly ready?: () => Promise<void>
  readonly folder: KernelFolder
  /** Where the server was started by a provider of ours; absent for one that the user added. */
  readonly origin?: RemoteOrigin
}

/** What a provider knows that started the server. */
export interface RemoteOrigin {
  /** Recorded with the session. */
  readonly place: Json
  readonly allocation: NonNullable<KernelHost['allocation']>
  /** Before the kernel is asked to end. */
  ending(how: 'shutdown' | 'restart'): void
  deathOf(asked: 'shutdown' | 'restart' | null): Promise<Death>
}

/** Opens the way to a kernel that runs. */
export function openKernel(plan: RemotePlan, kernel: string, context: ProviderContext, isFound = false) {
  const { server, kernelId } = plan
  const rest = new JupyterRest(server)
  const ended = Promise.withResolvers<Ended>()
  const gone = () => {
    clearInterval(look)
    plan.gone?.removeEventListener('abort', gone)
    ended.resolve({ exitCode: null, signal: null })
  }
  plan.gone?.addEventListener('abort', gone)
  const reach = new Reach()
  let wire: RemoteWire | null = null
  const open = (onMessage: (message: Message) => void): RemoteWire => {
    wire = new RemoteWire({
      server,
      ...(plan.ready && { ready: plan.ready }),
      kernel,
      session: kernelId,
      onMessage: (message) => onMessage(namedElsewhere(message, server.title)),
      onProblem: context.onProblem,
      onReach: (lostAt) => reach.changed(lostAt),
      onGone: gone,
      isFound,
    })
    return wire
  }
  const conversation = new Conversation({ session: kernelId, open, onProblem: context.onProblem })
  const look = setInterval(() => {
    const isThere = async () => {
      const model = await rest.model(kernel).catch(() => undefined)
      if (model === null || model?.execution_state === 'dead') gone()
    }
    inBackground(isThere(), `looking for a kernel of ${server.title}`)
  }, LOOK_MS)
  look.unref()
  const end = async () => {
    await rest.shutdown(kernel)
    gone()
  }
  const body: RemoteBody = {
    kernel,
    get wire() {
      if (wire === null) throw new Error('The connection is not open')
      return wire
    },
    ended: ended.promise,
    signal: () => {
      inBackground(end(), `ending a kernel of ${server.title}`)
      return true
    },
    onReach: (listener) => reach.listen(listener),
    unwatch: () => {
      reach.close()
      clearInterval(look)
      plan.gone?.removeEventListener('abort', gone)
    },
  }
  return { body, conversation }
}

/** Starts a kernel on the server. Rejects with `KernelStartError`. */
export async function startRemoteLife(plan: RemotePlan, context: ProviderContext): Promise<RemoteLife> {
  const { server, folder, spec, remoteName } = plan
  const rest = new JupyterRest(server)
  makeFolder(folder, (made) => writeRecord(made, context.signer, { process: null, owner: ownProcess() }))
  const model = await rest.start(remoteName).catch((error: unknown) => {
    throw startError(plan, error instanceof Error ? error.message : String(error))
  })
  await writePlace(folder, context.signer, { server: server.id, kernel: model.id })
  const { body, conversation } = openKernel(plan, model.id, context)
  try {
    const info = await ready(plan, conversation, body, context)
    const agentProblem = await record(plan, conversation, body, info, context)
    await writeFacts(folder, context.signer, { spec, cwd: '', env: {}, info, agentProblem })
    await conversation.forgetStart()
    inBackground(conversation.makeWay(), `making way in kernel ${plan.kernelId}`)
    return { process: body, conversation, info, agentProblem, startedAt: new Date() }
  } catch (error) {
    conversation.close()
    body.unwatch()
    await rest.shutdown(model.id).catch(() => undefined)
    throw error
  }
}

async function ready(
  plan: RemotePlan,
  conversation: Conversation,
  { ended }: RemoteBody,
  { startTimeoutMs }: ProviderContext,
): Promise<JsonObject> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, startTimeoutMs, `it did not answer within ${startTimeoutMs / 1000} s`)
  })
  const answered = conversation.ready('shell')
  answered.catch(() => undefined)
  const first = await Promise.race([answered, late, ended.then(() => 'it ended at once')]).finally(() =>
    clearTimeout(timer),
  )
  if (typeof first === 'string') throw startError(plan, first)
  return first
}

/** Brings the agent; null, or why the kernel does not record. */
async function record(
  { spec, server }: RemotePlan,
  conversation: Conversation,
  { wire }: RemoteBody,
  info: JsonObject,
  { agent, onProblem }: ProviderContext,
): Promise<string | null> {
  if (agent === null) return 'recording is switched off'
  const refusal = whyNoAgent(info)
  if (refusal !== null) return refusal
  const options = { ...agent.options, keepBytes: server.valueBytes }
  const injection = await injectAgent(conversation, { folder: agent.folder, spoolDir: null, options })
  if (injection.recording) {
    wire.record()
    return null
  }
  onProblem({ kind: 'agent-failed', detail: `${spec.name}: ${injection.problem}` })
  return injection.problem
}

function whyNoAgent({ language_info: language }: JsonObject): string | null {
  const at = (name: string): string => {
    if (typeof language !== 'object' || language === null || Array.isArray(language)) return ''
    return String(language[name] ?? '')
  }
  const name = at('name').toLowerCase()
  if (name !== 'python') return `the agent records Python, and this kernel runs ${name || 'another language'}`
  const [major = 0, minor = 0] = at('version').split('.').map(Number)
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
  return isOld
    ? `the agent needs Python ${OLDEST.join('.')} or newer, and this kernel has ${at('version')}`
    : null
}

function startError({ spec, server }: RemotePlan, why: string): KernelStartError {
  const message = `The kernel "${spec.displayName}" did not start on ${server.title}: ${why}`
  return new KernelStartError(message, { reason: 'ended', specName: spec.name, program: null })
}

export function remoteHost(
  plan: RemotePlan,
  context: ProviderContext,
  first: RemoteLife,
): KernelHost<RemoteLife> {
  const { folder, server, spec, kernelId, provider, origin } = plan
  let life = first
  const interrupts = new Interrupts()
  const acknowledged = new AcknowledgedRuns(folder)
  return {
    provider,
    kernelId,
    spec,
    folder,
    place: origin?.place ?? null,
    ...(origin === undefined ? {} : { allocation: origin.allocation }),
    lacks: LACKS,
    objects: {
      isLocal: false,
      read: (digest) => life.process.wire.spool.objects.read(digest),
      remove: (digests) => life.process.wire.spool.objects.remove(digests),
    },
    onProblem: context.onProblem,
    here: () => null,
    start: async () => {
      life = await startRemoteLife(plan, context)
      return life
    },
    prepare: async () => undefined,
    interrupt: ({ process, conversation, agentProblem }) => {
      const strike = () => new JupyterRest(server).interrupt(process.kernel)
      const wake = () => {
        inBackground(
          conversation.ask('control', WAKE, {}, ASK_MS).catch(() => undefined),
          'waking a kernel',
        )
      }
      return interrupts.send({ strike, wake }, conversation, agentProblem === null)
    },
    askToEnd: ({ process }, how) => {
      origin?.ending(how)
      process.signal('SIGKILL')
    },
    release: () => writeRecord(folder, context.signer, { process: null, owner: null }),
    isFindable: () => true,
    deathOf: async (_, asked) => origin?.deathOf(asked) ?? deathOn(server, asked),
    lifeEnded: async () => undefined,
    acknowledge: async ({ process: { wire } }, runId) => {
      await acknowledged.forget(runId)
      if (first.agentProblem === null) await wire.spool.remove(agentFiles(runId)).catch(() => undefined)
    },
    remove: () => removeFolder(folder),
  }
}

function deathOn({ title }: JupyterServer, asked: 'shutdown' | 'restart' | null): Death {
  const words = { shutdown: 'shut down as asked', restart: 'restarted as asked' }
  const likely =
    asked === null ? `it ended on ${title}: its process died, or another program stopped it` : words[asked]
  return { exitCode: null, signal: null, likely, stderrTail: '' }
}

/** Copies the agent's spool into the kernel's folder, where it is read like that of a kernel of this machine. */
export async function mirrorSpool({ wire }: RemoteBody, folder: KernelFolder): Promise<void> {
  if (!(await isRealFolder(folder))) throw new Error(`${folder.dir} is not a folder`)
  const { files } = await wire.spool.state()
  for (const name of Object.keys(files)) {
    const bytes = basename(name) === name && !name.startsWith('.') ? await wire.spool.read(name) : null
    if (bytes !== null) await writeFile(join(folder.spoolDir, name), bytes, { mode: 0o600 })
  }
}
