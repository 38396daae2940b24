/** Which recorded results are to hold: of each notebook the last session in which every run ended well. */
import type { RunIndex } from '../store/ports.ts'

/** So many runs are looked through. */
const LOOK_BACK = 20_000

export interface GoodSession {
  readonly notebook: string
  readonly session: string
}

/** By notebook; `only` names notebooks, none of them means all. */
export async function lastGoodSessions(
  index: Pick<RunIndex, 'page'>,
  only: readonly string[],
): Promise<readonly GoodSession[]> {
  const sessions = new Map<string, { readonly notebook: string; good: boolean }>()
  let seen = 0
  for (let before: string | null | undefined; before !== null && seen < LOOK_BACK; ) {
    const page = await index.page({ limit: 500, ...(before === undefined ? {} : { before }) })
    for (const { session, notebook, outcome } of page.runs) {
      const known = sessions.get(session) ?? { notebook, good: true }
      known.good &&= outcome === 'ok'
      sessions.set(session, known)
    }
    seen += page.runs.length
    before = page.next
  }
  const last = new Map<string, GoodSession>()
  for (const [session, { notebook, good }] of sessions)
    if (good && !last.has(notebook) && (only.length === 0 || only.includes(notebook)))
      last.set(notebook, { notebook, session })
  return [...last.values()]
}
