/** Finds a kernel on a Jupyter server again, after this program was restarted. The runs settle as those of `find.ts`. */
import { setTimeout as sleep } from 'node:timers/promises'
import { inBackground } from '../../background.ts'
import type { Conversation } from '../../conversation.ts'
import { OUTCOME_UNKNOWN } from '../../find.ts'
import type { Execution, FoundKernel, KernelAddress, SpooledRun } from '../../kernel.ts'
import { readFacts } from '../../kernel-facts.ts'
import type { KernelFolder } from '../../kernel-folder.ts'
import { LiveKernel } from '../../live-kernel.ts'
import { readRecord } from '../../process-record.ts'
import type { ProviderContext } from '../../provider.ts'
import { outcomeOfMessages, readSpool, requestOf } from '../../spool.ts'
import { type Place, readPlace } from './place.ts'
import { mirrorSpool, openKernel, type RemoteBody, type RemoteOrigin, remoteHost } from './remote-life.ts'
import { JupyterRest, type KernelModel } from './rest.ts'
import type { FoundServer, ServerSource } from './source.ts'

const READY_MS = 15_000
const REST_MS = 500
/** A record is behind its run's end by the time it takes to settle. */
const RECORD_MS = 10_000

export interface FoundRemote extends FoundKernel {
  readonly kernel: LiveKernel
}

/** Null where it is gone, is not ours, or cannot be reached in time; the last is a problem. */
export async function findRemote(
  { kernelId, startedAt }: KernelAddress,
  folder: KernelFolder,
  source: Pick<ServerSource, 'provider' | 'find'>,
  context: ProviderContext,
  origin?: RemoteOrigin,
): Promise<FoundRemote | null> {
  const place = await readPlace(folder, context.signer)
  const facts = await readFacts(folder, context.signer)
  const record = readRecord(folder, context.signer)
  if (place === null || facts === null || record === null) return null
  const look = await lookFor(place, source, context)
  if (look === null || look.model === null) return null
  const { spec, agentProblem } = facts
  const plan = {
    ...look.found,
    provider: source.provider,
    kernelId,
    spec,
    remoteName: spec.name.replace(/@[^@]*$/, ''),
    folder,
    ...(origin === undefined ? {} : { origin }),
  }
  const { body, conversation } = openKernel(plan, place.kernel, context, true)
  const info = await answerOf(conversation)
  if (info === null) {
    body.unwatch()
    conversation.close()
    return null
  }
  if (agentProblem === null) {
    body.wire.record()
    await mirrorSpool(body, folder)
  }
  const spooled = await readSpool(folder, { alive: true, onProblem: context.onProblem })
  conversation.skip(spooled.flatMap(({ messages }) => messages))
  const last = spooled.at(-1)
  const current = last !== undefined && !last.finished ? last : null
  const running = current && {
    runId: current.runId,
    execution: resume(current, conversation, body, agentProblem === null),
  }
  body.wire.adopted()
  const life = {
    process: body,
    conversation,
    info: { ...facts.info, ...info },
    agentProblem,
    startedAt: new Date(startedAt),
  }
  const options = { hold: true, busy: running !== null, owned: record.owner !== null }
  return { kernel: new LiveKernel(remoteHost(plan, context, life), life, options), spooled, running }
}

interface Looked {
  readonly found: FoundServer
  readonly model: KernelModel | null
}

/** Asks until the server answers, or the time is over. */
async function lookFor(
  place: Place,
  source: Pick<ServerSource, 'find'>,
  { onProblem }: ProviderContext,
): Promise<Looked | null> {
  const deadline = performance.now() + READY_MS
  for (;;) {
    try {
      const found = await source.find(place.server)
      return found && { found, model: await new JupyterRest(found.server).model(place.kernel) }
    } catch (error) {
      if (performance.now() < deadline) {
        await sleep(REST_MS)
        continue
      }
      onProblem({ kind: 'background-failed', detail: `looking for a kernel: ${String(error)}` })
      return null
    }
  }
}

async function answerOf(conversation: Conversation) {
  const late = sleep(READY_MS, null, { ref: false })
  return Promise.race([conversation.ready('control').catch(() => null), late])
}

function resume(
  run: SpooledRun,
  conversation: Conversation,
  { wire }: RemoteBody,
  recording: boolean,
): Execution {
  const { execution, served, finish } = conversation.resume(requestOf(run))
  if (recording) wire.adopt(requestOf(run), run.runId, run.messages)
  const isDone = execution.done.then(() => true)
  const settle = async () => {
    if (recording) await wire.lookAgain()
    if (await Promise.race([isDone, served.then(() => false)])) return
    if (!recording) finish(OUTCOME_UNKNOWN)
    else if (!(await Promise.race([isDone, sleep(RECORD_MS, false, { ref: false })])))
      finish(run.messages.length === 0 ? OUTCOME_UNKNOWN : outcomeOfMessages(run.messages))
  }
  inBackground(
    settle().catch(() => finish(OUTCOME_UNKNOWN)),
    `the outcome of run ${run.runId}`,
  )
  return execution
}
