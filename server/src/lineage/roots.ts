/**
 * What a run goes back to and is no longer as it was, however many runs lie between: files that no run made, modules, and
 * the code of cells. Invariant: the nearest come first, and each is named once, by the run that met it last.
 */
import type { ChangedRoot, RunName } from '../../contract/past.ts'
import type { Link, RunIndex } from '../store/ports.ts'
import { producerOf } from './slice.ts'
import type { FileState } from './why.ts'

export type RootsSource = Pick<RunIndex, 'links' | 'fileProducer' | 'runNames' | 'receipt' | 'lastSource'>

/** So many runs are walked, and so many files and modules looked at. */
const RUNS = 300
const LOOKS = 200

/** A run with the one that used what it made; null for the asked run. */
interface Reached {
  readonly run: string
  readonly user: Reached | null
  readonly used: readonly Link[]
}

type Found = Pick<ChangedRoot, 'kind' | 'name' | 'changed'> & { readonly at: Reached }

async function changedRoots(
  source: RootsSource,
  fileState: FileState,
  run: string,
): Promise<readonly ChangedRoot[]> {
  const reached = await upstreamOf(source, run)
  const names = new Map(
    (await source.runNames(reached.map((one) => one.run))).map((name) => [name.run, name]),
  )
  const found = new Map<string, Found>()
  let looks = 0
  for (const at of reached) {
    const name = names.get(at.run)
    if (name === undefined) continue
    for (const link of at.used) {
      const key = `${link.kind} ${link.name}`
      if (found.has(key) || !isRoot(link) || looks++ > LOOKS) continue
      const changed = await changeOf(fileState, name.notebook, link)
      if (changed !== null) found.set(key, { kind: link.kind, name: link.name, changed, at })
    }
    if (at.user !== null && (await hasOtherCode(source, name)))
      found.set(`code ${name.cellId}`, { kind: 'code', name: name.title, changed: 'changed', at })
  }
  return [...found.values()].flatMap(({ at, ...root }) => {
    const path = pathOf(at).flatMap((one) => names.get(one) ?? [])
    const [by, ...through] = path
    return by === undefined ? [] : [{ ...root, by, through }]
  })
}

/** Without what the run itself used, which its inputs name. */
export async function furtherUp(
  source: RootsSource,
  fileState: FileState,
  run: string,
): Promise<readonly ChangedRoot[]> {
  return (await changedRoots(source, fileState, run)).filter(({ by }) => by.run !== run)
}

/** The run and those that made what it used, the nearest first. */
async function upstreamOf(source: RootsSource, run: string): Promise<readonly Reached[]> {
  const reached: Reached[] = []
  const seen = new Set([run])
  const waiting: (readonly [string, Reached | null])[] = [[run, null]]
  for (const [one, user] of waiting) {
    const links = await source.links(one)
    if (links === null || reached.length >= RUNS) continue
    const makers = await Promise.all(links.used.map((link) => producerOf(source, link, one)))
    const at = { run: one, user, used: links.used.filter((_, place) => makers[place] === null) }
    reached.push(at)
    for (const maker of makers) {
      if (maker === null || seen.has(maker)) continue
      seen.add(maker)
      waiting.push([maker, at])
    }
  }
  return reached
}

/** From the run that met it to the asked one, which is left out. */
function pathOf(at: Reached): readonly string[] {
  const path: string[] = []
  for (let one: Reached | null = at; one !== null; one = one.user) path.push(one.run)
  return path.length > 1 ? path.slice(0, -1) : path
}

const isRoot = (link: Link): link is Link & { readonly kind: 'file' | 'module' } =>
  (link.kind === 'file' || link.kind === 'module') && link.digest !== null

async function changeOf(
  fileState: FileState,
  notebook: string,
  { kind, name, digest }: Link,
): Promise<'changed' | 'gone' | null> {
  if (kind === 'file') {
    const now = await fileState(notebook, name)
    return now === 'gone' ? 'gone' : now === 'unknown' || now === digest ? null : 'changed'
  }
  // The record has a module's name; where its file was is not known if none of these is there.
  for (const file of filesOf(name)) {
    const now = await fileState(notebook, file)
    if (now !== 'gone' && now !== 'unknown') return now === digest ? null : 'changed'
  }
  return null
}

function filesOf(module: string): readonly string[] {
  const path = module.replaceAll('.', '/')
  return ['', 'src/'].flatMap((folder) => [`${folder}${path}.py`, `${folder}${path}/__init__.py`])
}

/** Whether the cell of this run has run other code since. */
async function hasOtherCode(source: RootsSource, { run, cellId }: RunName): Promise<boolean> {
  if (cellId === null) return false
  const [last, receipt] = await Promise.all([source.lastSource(run), source.receipt(run)])
  return last !== null && receipt !== null && last !== receipt.sourceDigest
}
