/** What the kernel's environment has otherwise than an earlier run of the notebook had it. */

import type { EnvironmentDifference } from '../../contract/replay.ts'
import type { RunSummary } from '../../contract/run.ts'
import type { Environment } from '../code-tools/read-packages.ts'
import { facetsOf } from '../replay/environment.ts'
import type { RunIndex } from '../store/ports.ts'
import { normalName } from './requirement.ts'

/** So many runs of the notebook are looked through. */
const LOOK_BACK = 2_000
const PAGE = 200

type Index = Pick<RunIndex, 'page' | 'receipt'>

/**
 * The last run of the last session in which every run ended well; else the last run that did. Runs of the session
 * `except` are not looked at: its environment is the one to compare. Null where there is none.
 */
export async function lastGoodRun(
  index: Pick<RunIndex, 'page'>,
  notebook: string,
  except: string | null,
): Promise<RunSummary | null> {
  const sessions = new Map<string, { readonly last: RunSummary; isGood: boolean }>()
  let good: RunSummary | null = null
  let seen = 0
  for (let before: string | null | undefined; before !== null && seen < LOOK_BACK; ) {
    const page = await index.page({ notebook, limit: PAGE, ...(before === undefined ? {} : { before }) })
    for (const run of page.runs) {
      if (run.session === except) continue
      const known = sessions.get(run.session) ?? { last: run, isGood: true }
      known.isGood &&= run.outcome === 'ok'
      if (run.outcome === 'ok') good ??= run
      sessions.set(run.session, known)
    }
    seen += page.runs.length
    before = page.next
  }
  return [...sessions.values()].find(({ isGood }) => isGood)?.last ?? good
}

/** The differences from the environment of a run: packages that it had imported, and Python. Null for an unknown run. */
export async function differencesSince(
  index: Index,
  run: string,
  now: Environment,
): Promise<readonly EnvironmentDifference[] | null> {
  const receipt = await index.receipt(run)
  if (receipt === null) return null
  const { python, distributions } = facetsOf(receipt.environment)
  const versions = new Map(now.packages.map(({ name, version }) => [normalName(name), version]))
  const packages = Object.entries(distributions).flatMap(([name, was]): EnvironmentDifference[] => {
    const is = versions.get(normalName(name)) ?? null
    return is === was ? [] : [{ what: 'package', name, was, is }]
  })
  packages.sort((a, b) => a.name.localeCompare(b.name))
  if (python === null || python === now.version) return packages
  return [...packages, { what: 'python', name: 'python', was: python, is: now.version }]
}
