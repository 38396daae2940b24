/** Which recorded results are to hold: of each notebook the last session in which every run ended well. */
import type { RunIndex } from '../store/ports.ts'

/** So many runs are looked through. */
const LOOK_BACK = 20_000

export interface GoodSession {
  /** Its path now. */
  readonly notebook: string
  readonly session: string
}

/** By notebook; `only` names notebooks by their ids, none of them means all. */
export async function lastGoodSessions(
  index: Pick<RunIndex, 'page' | 'notebookOf' | 'notebook'>,
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
  for (const [session, { notebook, good }] of sessions) {
    if (!good) continue
    const id = (await index.notebookOf(session)) ?? notebook
    if (last.has(id) || (only.length > 0 && !only.includes(id))) continue
    last.set(id, { notebook: (await index.notebook(id))?.path ?? notebook, session })
  }
  return [...last.values()]
}
