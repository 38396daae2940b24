/** pure. What happens to a job, for people. */
import type { Death, StartNotice } from '../../kernel.ts'
import type { QueuedJob } from './queue.ts'
import { isRunning, type JobView } from './queue-lines.ts'

/** What a job waits for. The page words it by `code` and `values` in its own language. */
export function waitingNotice(job: QueuedJob | null, title: string, problem: string | null): StartNotice {
  const values: Record<string, string> = { title }
  if (problem !== null) return { code: 'slurm.unread', values: { ...values, problem }, text: problem }
  if (job === null)
    return { code: 'slurm.submitted', values, text: `The job is being submitted to ${title}.` }
  values.job = job.id
  if (isRunning(job)) {
    const text = `Job ${job.id} runs on ${job.node ?? 'its node'}. Its kernel is starting.`
    return { code: 'slurm.starting', values: { ...values, node: job.node ?? '' }, text }
  }
  if (job.reason !== null) values.reason = job.reason
  if (job.startsAt !== null) values.startsAt = new Date(job.startsAt * 1000).toISOString()
  if (job.place !== null) {
    values.position = String(job.place.position)
    values.count = String(job.place.count)
  }
  const place = job.place === null ? '' : `, position ${job.place.position} of ${job.place.count}`
  const reason = job.reason === null ? '' : ` (${job.reason})`
  const start = values.startsAt === undefined ? '' : ` Expected to start at ${values.startsAt}.`
  return {
    code: 'slurm.queued',
    values,
    text: `Job ${job.id} waits in the queue of ${title}${place}${reason}.${start}`,
  }
}

/** What ended the kernel with its job; null where the job goes on. */
export function endOf({ id, state, node, limit }: JobView): string | null {
  const on = node === null ? '' : ` on ${node}`
  const words: Readonly<Record<string, string>> = {
    TIMEOUT: `the time limit${limit === null ? '' : ` (${timeText(limit)})`} of job ${id} ended the kernel`,
    DEADLINE: `the deadline of job ${id} ended the kernel`,
    PREEMPTED: `job ${id} was preempted: a job of higher priority took its place${on}`,
    NODE_FAIL: `the node of job ${id} failed${node === null ? '' : ` (${node})`}`,
    BOOT_FAIL: `the node of job ${id} did not start${node === null ? '' : ` (${node})`}`,
    OUT_OF_MEMORY: `job ${id} used more memory than it asked for${on}, and was ended`,
    CANCELLED: `job ${id} was cancelled`,
    REVOKED: `job ${id} was moved to another cluster`,
    FAILED: `job ${id} failed${on}`,
    COMPLETED: `job ${id} is over`,
  }
  return words[state] ?? null
}

/** `asked`: this side wanted it. */
export function deathOnJob(job: JobView, asked: 'shutdown' | 'restart' | null): Death {
  const facts = { exitCode: null, signal: null, stderrTail: '' }
  if (asked === 'restart') return { ...facts, likely: 'restarted as asked' }
  if (asked === 'shutdown') return { ...facts, likely: 'shut down as asked' }
  const end = endOf(job)
  if (end !== null)
    return { ...facts, likely: end, sentence: `${end.charAt(0).toUpperCase()}${end.slice(1)}.` }
  const likely = `its process ended on ${job.node ?? 'its node'}, and job ${job.id} goes on; out of memory is a common cause`
  return { ...facts, likely }
}

export function timeText(seconds: number): string {
  const days = Math.floor(seconds / 86_400)
  const [hours, minutes] = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60]
  const parts = [
    days > 0 ? `${days} d` : '',
    hours > 0 ? `${hours} h` : '',
    minutes > 0 ? `${minutes} min` : '',
  ]
  return parts.filter((part) => part !== '').join(' ') || `${seconds} s`
}
