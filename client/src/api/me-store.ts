/**
 * Who the person at this page is, for the header and for the notebooks that say who is there. Invariant: what the person
 * chose once in this browser is what a project shows that does not know them yet.
 */
import { type Me, MeChange } from '@yesterday/server/contract/http.ts'
import { type Observable, Watched } from '../state/observable.ts'
import { remember, remembered } from '../state/remembered.ts'
import { type Answer, api } from './api.ts'

const KEY = 'yesterday.me'
const watched = new Watched<Me | null>(null)

/** Null until the server has said it. */
export const me: Observable<Me | null> = watched

/** Asks the server. */
export async function loadMe(signal?: AbortSignal): Promise<Answer<Me>> {
  const answer = await api.me(signal)
  if (!answer.ok) return answer
  const chosen = answer.value.isNamed ? null : chosenBefore()
  if (chosen !== null) return changeMe(chosen)
  watched.set(answer.value)
  return answer
}

/** Gives the person another name or colour, here and in projects that are opened later. */
export async function changeMe(change: MeChange): Promise<Answer<Me>> {
  const answer = await api.changeMe(change)
  if (!answer.ok) return answer
  watched.set(answer.value)
  remember(KEY, JSON.stringify({ name: answer.value.actor.name, color: answer.value.color }))
  return answer
}

function chosenBefore(): MeChange | null {
  try {
    return MeChange.safeParse(JSON.parse(remembered(KEY) ?? 'null')).data ?? null
  } catch {
    return null
  }
}
