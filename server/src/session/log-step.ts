/** What a session does, in the log: by it a run is followed from the command to the record (`YESTERDAY_LOG=debug`). */
import { log } from '@yesterday/kernel-bridge/log'
import type { Action, Operation } from './state.ts'

/** Ids alone: code, answers and outputs are not logged. */
export function logStep(kind: 'operation' | 'action', step: Operation | Action): void {
  if (log.isLevelEnabled('debug')) log.debug({ [kind]: step.type, ...idsOf(step) }, `session ${kind}`)
}

function idsOf(step: Operation | Action): Readonly<Record<string, unknown>> {
  const run = 'run' in step && step.run !== undefined ? runOf(step.run) : {}
  const runs = 'runs' in step && step.runs !== null ? { runs: step.runs.map(runOf) } : {}
  return { ...run, ...runs, ...('session' in step && { session: step.session }) }
}

const runOf = (run: string | { readonly run: string; readonly cell: string }) =>
  typeof run === 'string' ? { run } : { run: run.run, cell: run.cell }
