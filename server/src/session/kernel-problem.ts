/** pure. Why a kernel did not start, in words for a person. */
import { KernelStartError } from '@yesterday/kernel-bridge'

/** The error's own words, with the last lines that the program wrote. */
export function startProblem(error: unknown): string {
  if (!(error instanceof KernelStartError)) return error instanceof Error ? error.message : String(error)
  return error.stderrTail === '' ? error.message : `${error.message}\n${error.stderrTail}`
}
