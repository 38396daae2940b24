/** pure. What an execute request says. */
import type { ExecuteRequest } from './kernel.ts'
import type { JsonObject } from './message.ts'

/** The id of a run's request: a later server knows by it whose messages these are. */
export function messageIdOf(runId: string): string {
  return `execute-${runId}`
}

/** The content of the request. */
export function executeContent(request: ExecuteRequest): JsonObject {
  const { code, silent = false, storeHistory = !silent, allowStdin = true } = request
  return {
    code,
    silent,
    store_history: storeHistory,
    allow_stdin: allowStdin,
    user_expressions: {},
    // The order and the stop after an error are the caller's: what it sends next is meant to run.
    stop_on_error: false,
  }
}
