/** From the words of a command to one recorded run: whole ids and prefixes, as git does. */
import type { RunIndex } from '../store/ports.ts'
import type { Refusal } from './answer.ts'

/** The whole id that begins with `prefix`. */
export async function findRun(
  index: Pick<RunIndex, 'resolve'>,
  prefix: string,
): Promise<{ readonly run: string } | Refusal> {
  const found = await index.resolve(prefix)
  if (found.kind === 'found') return { run: found.run }
  if (found.kind === 'missing') return missing(prefix)
  const candidates = found.candidates.join(', ')
  return {
    code: 'ambiguous-run',
    message: `several runs begin with "${prefix}": ${candidates}`,
    hint: 'Give more digits.',
    exit: 2,
  }
}

const missing = (prefix: string): Refusal => ({
  code: 'no-run',
  message: `there is no run "${prefix}"`,
  hint: 'See "yesterday log"; a short id has at least 4 digits. Another project is named with --root.',
  exit: 2,
})

/** The answer for a run that waits or runs, or that a crash cut off. */
export const notEnded = (run: string): Refusal => ({
  code: 'not-ended',
  message: `run ${run} has not ended`,
  hint: 'Try again when it has; "yesterday kernels" lists what is running.',
  exit: 1,
})
