/**
 * Values and manifests that came behind a run's reply, taken into the object store. Invariant: no content claims a value
 * of which a part is not there; what is not taken says why, and is removed from the kernel's side all the same.
 */
import type { AgentContent, KernelObjects } from '@yesterday/kernel-bridge'
import { logFault } from '@yesterday/kernel-bridge/background'
import type { RunId } from '../../contract/ids.ts'
import type { ContentRead } from '../store/log-entry.ts'
import type { ObjectStore } from '../store/ports.ts'
import type { ProjectKey } from '../store/project-key.ts'
import { takeObjects } from './spooled-objects.ts'
import type { ValueBudget } from './value-budget.ts'

type Content = AgentContent['contents'][number]
type Into = Pick<ObjectStore, 'put' | 'has'>

export interface TakenLate {
  /** Why a value was not taken; those that were are not here. */
  readonly refused: ReadonlyMap<Content, string>
  /** What is of no use to the kernel's side once the entry is durable. */
  readonly digests: readonly string[]
}

export async function takeLate(
  contents: readonly Content[],
  objects: KernelObjects,
  into: Into,
  budget: ValueBudget,
): Promise<TakenLate> {
  const refused = new Map<Content, string>()
  const taken = new Set<string>()
  const lost = new Set<string>()
  for (const content of contents) {
    const why = await takeOne(content).catch((error: unknown) => {
      logFault(`storing ${content.what}`, error)
      return `it could not be stored: ${error instanceof Error ? error.message : String(error)}`
    })
    if (why !== null) refused.set(content, why)
  }
  return { refused, digests: [...new Set(contents.flatMap(objectsOf))] }

  async function takeOne(content: Content): Promise<string | null> {
    const all = objectsOf(content)
    const missing: string[] = []
    for (const digest of all)
      if (!taken.has(digest) && !lost.has(digest) && !(await into.has(digest))) missing.push(digest)
    const share = all.length === 0 ? 0 : missing.length / all.length
    const size = Math.ceil((content.value?.size ?? 0) * share)
    if (content.kind === 'variable' && size > 0 && !(await budget.admit(size))) return budget.refusal
    const found = await takeObjects(
      objects,
      { objects: missing.map((digest) => ({ digest, size: 0 })) },
      into,
    )
    for (const digest of found.digests) taken.add(digest)
    for (const digest of found.lost) lost.add(digest)
    return all.some((digest) => lost.has(digest)) ? 'the kernel lost its bytes before they were stored' : null
  }
}

const objectsOf = ({ value, objects }: Content): readonly string[] =>
  value ? [...new Set([...objects, value.digest])] : []

/** As the log has it. A variable's bytes run as code when loaded, so they are signed. */
export const storedContent =
  (run: RunId, { refused }: TakenLate, key: ProjectKey) =>
  (content: Content): ContentRead['contents'][number] => {
    const { objects: _, size = null, value = null, ...known } = content
    const why = refused.get(content) ?? known.why
    if (value === null || refused.has(content)) return { ...known, why, size, value: null }
    const { kind, name } = content
    const signature = kind === 'variable' ? key.sign({ run, name, value }) : null
    return { ...known, why, size, value: { ...value, signature } }
  }
