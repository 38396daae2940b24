/**
 * The project's terminals, as the server lists them. It is asked while something shows them and the page is visible.
 * Invariant: what this page opens, renames or closes is in the list at once.
 */
import { Terminal } from '@yesterday/server/contract/terminals.ts'
import { z } from 'zod'
import { type Answer, api, type Problem } from '../api/api.ts'
import { navigate } from '../navigation/route.ts'
import { askedWhileShown } from '../state/asked-while-shown.ts'
import { type Observable, Watched } from '../state/observable.ts'
import { t } from '../text/text.ts'
import { notify } from '../ui/notices.ts'

/** `terminals` is null until they have come; `problem` says why nothing newer has. */
export interface TerminalState {
  readonly terminals: readonly Terminal[] | null
  readonly problem: Problem | null
}

const EVERY_MS = 4_000
const state = new Watched<TerminalState>({ terminals: null, problem: null })

/** Watching it asks for more. */
export const terminals: Observable<TerminalState> = askedWhileShown(state, ask, EVERY_MS)

/** Its title. One that the server chose is in the language of the page. */
export const titleOf = ({ name, title }: Pick<Terminal, 'name' | 'title'>): string =>
  title === `Terminal ${name}` ? t('terminal.untitled', { name }) : title

const urlOf = (name: string): string => `/api/terminals/${encodeURIComponent(name)}`

/** Opens a terminal and goes there. */
export async function openTerminal(): Promise<void> {
  const answer = await api.send(Terminal, '/api/terminals', 'POST', {})
  const made = valueOrNotice(answer)
  if (made === null) return
  put(made)
  navigate({ at: 'terminal', name: made.name })
}

/** The terminal as it is now, with what runs in it. */
export const readTerminal = (name: string): Promise<Answer<Terminal>> => api.get(Terminal, urlOf(name))

/** False where it was refused; the reason was shown. */
export async function renameTerminal(name: string, title: string): Promise<boolean> {
  const renamed = valueOrNotice(await api.send(Terminal, urlOf(name), 'PATCH', { title }))
  if (renamed !== null) put(renamed)
  return renamed !== null
}

/** Ends it with all that runs in it; true where it is gone. */
export async function closeTerminal(name: string): Promise<boolean> {
  const answer = await api.send(z.null(), urlOf(name), 'DELETE', null)
  const isGone = answer.ok || answer.problem.status === 404
  if (isGone) forget(name)
  else notify('warning', answer.problem.message, answer.problem.hint)
  return isGone
}

/** It has ended by itself. */
export function forget(name: string): void {
  const { terminals: all } = state.get()
  state.set({ ...state.get(), terminals: all?.filter((one) => one.name !== name) ?? null })
}

function put(terminal: Terminal): void {
  const others = state.get().terminals?.filter(({ name }) => name !== terminal.name) ?? []
  const all = [...others, terminal].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
  state.set({ terminals: all, problem: null })
}

function valueOrNotice<Value>(answer: Answer<Value>): Value | null {
  if (answer.ok) return answer.value
  notify('warning', answer.problem.message, answer.problem.hint)
  return null
}

async function ask(): Promise<void> {
  const answer = await api.get(z.array(Terminal), '/api/terminals')
  if (answer.ok) state.set({ terminals: answer.value, problem: null })
  else state.set({ ...state.get(), problem: answer.problem })
}
