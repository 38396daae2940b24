/**
 * What kernels and their machine use. The server is asked while something shows it and the page is visible, and not
 * otherwise. Invariant: one request at a time, whatever the number of watchers.
 */
import { Machines } from '@yesterday/server/contract/machines.ts'
import { z } from 'zod'
import { api } from '../../api/api.ts'
import { askedWhileShown } from '../../state/asked-while-shown.ts'
import { type Observable, Watched } from '../../state/observable.ts'
import { t } from '../../text/text.ts'
import { notify } from '../../ui/notices.ts'

/** `machines` is null until they have come; `problem` says why nothing newer has. */
export interface MachineState {
  readonly machines: Machines | null
  readonly problem: string | null
}

const EVERY_MS = 4_000
const state = new Watched<MachineState>({ machines: null, problem: null })
let isAsking = false

/** The newest measurement; watching it asks for more. */
export const machines: Observable<MachineState> = askedWhileShown(state, ask, EVERY_MS)

/** Stops the kernel of a notebook; true if it is done. */
export async function stopKernel(document: string): Promise<boolean> {
  const answer = await api.send(
    z.null(),
    `/api/machines/kernels/${encodeURIComponent(document)}`,
    'DELETE',
    null,
  )
  if (!answer.ok) notify('warning', answer.problem.message, answer.problem.hint)
  await ask()
  return answer.ok
}

async function ask(): Promise<void> {
  if (isAsking) return
  isAsking = true
  const answer = await api.get(Machines, '/api/machines')
  isAsking = false
  const before = state.get()
  if (!answer.ok) state.set({ ...before, problem: answer.problem.message })
  else {
    state.set({ machines: answer.value, problem: null })
    const begins = answer.value.isMemoryShort && before.machines?.isMemoryShort !== true
    if (begins) notify('warning', t('machines.short'), t('machines.shortHint'))
  }
}
