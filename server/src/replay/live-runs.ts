/** Recorded runs with their secrets in their code, so that they can run again: the record has placeholders. */
import { join } from 'node:path'
import { fingerprintsIn } from '@yesterday/kernel-bridge'
import type { Receipt } from '../../contract/run.ts'
import { readRegular } from '../disk/regular-file.ts'
import { codeCellsIn } from '../lineage/code-cells.ts'
import { LiveSources, missingText } from '../secrets/live-source.ts'
import type { ReplayWorld } from './world.ts'

export interface LiveRuns {
  /** In the same order. Their sources are not to be stored or shown. */
  readonly runs: readonly Receipt[]
  /** By run: why its code cannot run. */
  readonly withoutSecret: ReadonlyMap<string, string>
}

/** Takes secrets from the notebooks as they are saved, the environment and dotenv files; else asks, if it can. */
export async function liveRuns(
  { root, store, env, askSecret }: Pick<ReplayWorld, 'root' | 'store' | 'env' | 'askSecret'>,
  runs: readonly Receipt[],
): Promise<LiveRuns> {
  const masked = runs.filter(({ source }) => fingerprintsIn(source).length > 0)
  if (masked.length === 0) return { runs, withoutSecret: new Map() }
  const notebooks = [...new Set(masked.map(({ notebook }) => notebook))]
  const cells = await Promise.all(notebooks.map((path) => cellsOf(join(root, path))))
  const sources = new LiveSources(store.secrets, cells.flat(), env)
  const withoutSecret = new Map<string, string>()
  const live: Receipt[] = []
  for (const receipt of runs) {
    for (const fingerprint of sources.missing(receipt.source)) {
      const value = await askSecret?.(receipt, fingerprint)
      if (value != null) sources.give(value, fingerprint)
    }
    const found = sources.restore(receipt.source)
    if (!found.ok) withoutSecret.set(receipt.run, missingText(found.missing))
    live.push(found.ok ? { ...receipt, source: found.source } : receipt)
  }
  return { runs: live, withoutSecret }
}

async function cellsOf(notebook: string): Promise<readonly string[]> {
  const bytes = await readRegular(notebook).catch(() => null)
  return bytes === null ? [] : (codeCellsIn(bytes) ?? []).map(({ source }) => source)
}
