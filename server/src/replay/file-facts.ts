/** What is there of the files that recorded runs used: on disk now, and in the store. */
import { resolve } from 'node:path'
import { Digest } from '../../contract/ids.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { ObjectStore, RunIndex } from '../store/ports.ts'
import { digestOnDisk } from './disk-digests.ts'
import { type FolderNow, foldersNow } from './folder-now.ts'
import type { FileSource } from './plan.ts'
import { fileBytes } from './stored-bytes.ts'

type FileEdge = Pick<Edge, 'kind' | 'name' | 'digest' | 'value'>

/** The names that a file of this edge may have: a module is found as Python finds it. */
export const namesOfFile = ({ kind, name }: Pick<Edge, 'kind' | 'name'>): readonly string[] => {
  if (kind !== 'module' || name.endsWith('.py')) return [name]
  const path = name.replaceAll('.', '/')
  return [`${path}.py`, `${path}/__init__.py`]
}

type FileSecrets = Pick<Secrets, 'fileDigest'>

interface FactsSource {
  readonly objects: Pick<ObjectStore, 'has' | 'get'>
  readonly secrets: FileSecrets
  readonly index: Pick<RunIndex, 'dropped'>
}

/** Digests and presence for every file that these runs used. `cwd`: the notebook's folder. */
export async function fileFacts(
  cwd: string,
  { objects, index, secrets }: FactsSource,
  runs: readonly Receipt[],
): Promise<FileSource> {
  const edges = runs.flatMap(({ used }) => used).filter(({ kind }) => kind === 'file' || kind === 'module')
  const onDisk = new Map<string, string | null>()
  const stored = new Set<string>()
  for (const edge of edges) {
    if (!onDisk.has(edge.name)) onDisk.set(edge.name, (await onDiskNow(cwd, edge, secrets))?.digest ?? null)
    const object = Digest.safeParse(edge.value?.digest ?? edge.digest)
    if (object.success && (await objects.has(object.data))) stored.add(object.data)
  }
  const folders = await foldersNow(objects, cwd, runs)
  for (const member of [...folders.values()].flatMap(differing))
    if (await objects.has(member)) stored.add(member)
  const named = edges.flatMap(({ digest, value }) => value?.digest ?? digest ?? [])
  return {
    onDisk,
    stored,
    folders,
    dropped: await index.dropped(named.filter((object) => !stored.has(object))),
  }
}

/** The digests of members that differ by now. */
function differing({ members, changed, removed }: FolderNow): readonly Digest[] {
  const names = new Set([...changed, ...removed])
  return members.flatMap(({ name, read }) =>
    names.has(name) ? (Digest.safeParse(read?.digest).data ?? []) : [],
  )
}

async function onDiskNow(cwd: string, edge: FileEdge, secrets: FileSecrets) {
  for (const name of namesOfFile(edge)) {
    const path = resolve(cwd, name)
    const digest = await digestOnDisk(path)
    if (digest !== null) return { name, path, digest: secrets.fileDigest(path, digest) }
  }
  return null
}

/** A file version that can be had: where it is on disk, or its bytes. */
export type FileContent = { readonly name: string } & (
  | { readonly path: string; readonly bytes: null }
  | { readonly path: null; readonly bytes: Uint8Array }
)

/** The version that the edge names, from the disk while it has it, else from the store. */
export async function contentOfVersion(
  cwd: string,
  { objects, secrets }: { readonly objects: Pick<ObjectStore, 'get'>; readonly secrets: FileSecrets },
  edge: FileEdge,
): Promise<FileContent | null> {
  const here = await onDiskNow(cwd, edge, secrets)
  if (here !== null && (edge.digest === null || here.digest === edge.digest))
    return { name: here.name, path: here.path, bytes: null }
  const bytes = await fileBytes(objects, edge)
  const name = here?.name ?? namesOfFile(edge)[0] ?? edge.name
  return bytes === null ? null : { name, path: null, bytes }
}
