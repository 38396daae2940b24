/** pure. What an execute request says. */
import type { ExecuteRequest } from './kernel.ts'
import type { JsonObject } from './message.ts'

const RUN_PREFIX = 'execute-'

/** The id of a run's request: a later server knows by it whose messages these are. */
export const messageIdOf = (runId: string): string => `${RUN_PREFIX}${runId}`

/** Whether a message id is of the form that only runs have. */
export const isRunMessage = (msgId: string): boolean => msgId.startsWith(RUN_PREFIX)

/** The content of the request. */
export function executeContent(request: ExecuteRequest): JsonObject {
  const { code, silent = false, storeHistory = !silent, allowStdin = true, userExpressions = {} } = request
  return {
    code,
    silent,
    store_history: storeHistory,
    allow_stdin: allowStdin,
    user_expressions: userExpressions,
    // The order and the stop after an error are the caller's: what it sends next is meant to run.
    stop_on_error: false,
  }
}
