/**
 * Finds a kernel that outlived its server. Invariant: of a run's messages each comes once, from the spool or live,
 * and the running one's execution settles, by its reply or, where that was missed, by its record.
 */
import { randomUUID } from 'node:crypto'
import { inBackground } from './background.ts'
import { converse } from './channels.ts'
import { readConnection } from './connection.ts'
import type { Conversation } from './conversation.ts'
import type { Problem } from './errors.ts'
import type { ExecuteOutcome, Execution, KernelAddress, SpooledRun } from './kernel.ts'
import { readFacts } from './kernel-facts.ts'
import type { KernelFolder } from './kernel-folder.ts'
import type { Setting } from './life.ts'
import { LiveKernel } from './live-kernel.ts'
import { localHost } from './local-host.ts'
import type { JsonObject, Message } from './message.ts'
import { watch } from './process.ts'
import { readRecord as readProcess } from './process-record.ts'
import {
  outcomeOfMessages,
  outcomeOfRecord,
  readMessages,
  readPrompt,
  readRecord,
  readSpool,
  requestOf,
} from './spool.ts'
import { newHeader } from './wire.ts'

const HEARTBEAT_MS = 2_000
const READY_MS = 5_000
/** The agent lets messages gather before it writes them (iopub.py). */
const SPOOL_REST_MS = 150

/** Null where the process is gone, was not started by us, or where what answers there is not this kernel. */
export async function findKernel(
  address: KernelAddress,
  folder: KernelFolder,
  setting: Setting,
): Promise<Found | null> {
  const connection = await readConnection(folder.connectionFile)
  const facts = await readFacts(folder, setting.signer)
  const record = readProcess(folder, setting.signer)
  if (connection === null || facts === null || record === null || record.process === null) return null
  const process = watch(record.process)
  if (process === null) return null
  const conversation = converse({ connection, session: address.kernelId, onProblem: setting.onProblem })
  const info = await answers(conversation)
  if (info === null) {
    process.unwatch()
    conversation.close()
    return null
  }
  // The subscription is on by now: what is said from here on will be heard, what was said before is soon in the spool.
  await new Promise((done) => setTimeout(done, SPOOL_REST_MS))
  const spooled = await readSpool(folder, { alive: true, onProblem: setting.onProblem })
  const last = spooled.at(-1)
  const current = last !== undefined && !last.finished ? last : null
  conversation.skip(spooled.flatMap(({ messages }) => messages))
  const running = current && {
    runId: current.runId,
    execution: resume(current, conversation, folder, facts.agentProblem === null, setting.onProblem),
  }
  const prompt = current && (await readPrompt(folder, current.runId))
  if (current && prompt) conversation.emitAgain(questionOf(current, prompt))
  const { kernelId } = address
  const startedAt = new Date(address.startedAt)
  const { spec, cwd, env, agentProblem } = facts
  const life = { process, conversation, info: { ...facts.info, ...info }, agentProblem, startedAt }
  const host = localHost({ kernelId, spec, cwd, env, folder }, setting)
  return {
    kernel: new LiveKernel(host, life, {
      hold: true,
      busy: running !== null,
      owned: record.owner !== null,
    }),
    spooled,
    running,
  }
}

interface Found {
  readonly kernel: LiveKernel
  readonly spooled: readonly SpooledRun[]
  readonly running: { readonly runId: string; readonly execution: Execution } | null
}

function questionOf(run: SpooledRun, content: JsonObject): Message {
  const msgId = requestOf(run)
  const header = newHeader({
    msgId: randomUUID(),
    msgType: 'input_request',
    session: msgId,
    date: new Date(),
  })
  const parent = newHeader({ msgId, msgType: 'execute_request', session: msgId, date: new Date() })
  return { channel: 'stdin', header, parent, metadata: {}, content, buffers: [] }
}

/** The heartbeat echoes during a run; the signed `kernel_info_reply` proves that it is our kernel. */
async function answers(conversation: Conversation): Promise<JsonObject | null> {
  if (!(await conversation.heartbeat(HEARTBEAT_MS))) return null
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, READY_MS, null)
  })
  const ready = conversation.ready('control').catch(() => null)
  return Promise.race([ready, late]).finally(() => clearTimeout(timer))
}

/** The reply may be lost: once the kernel is past the run, its record or its messages show the outcome. */
function resume(
  run: SpooledRun,
  conversation: Conversation,
  folder: KernelFolder,
  recording: boolean,
  onProblem: (problem: Problem) => void,
): Execution {
  const { execution, served, finish } = conversation.resume(requestOf(run))
  const settle = async () => {
    const isOver = await Promise.race([execution.done.then(() => true), served.then(() => false)])
    if (isOver) return
    const outcome = outcomeOfRecord(await readRecord(folder, run.runId))
    const { messages } = await readMessages(folder, run.runId)
    conversation.catchUp(messages)
    finish(outcome ?? (recording ? outcomeOfMessages(messages) : OUTCOME_UNKNOWN))
  }
  // No run stays open because its spool cannot be read.
  inBackground(settle(), `the outcome of run ${run.runId}`, (what, error) => {
    onProblem({ kind: 'spool-broken', detail: `${what}: ${String(error)}` })
    finish(OUTCOME_UNKNOWN)
  })
  return execution
}

export const OUTCOME_UNKNOWN: ExecuteOutcome = {
  status: 'error',
  executionCount: null,
  ename: 'OutcomeUnknown',
  evalue: 'The run ended while no server listened, and how it ended is not recorded',
  traceback: [],
}
