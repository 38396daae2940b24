/** What is there of the files that recorded runs used: on disk now, and in the store. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Digest } from '../../contract/ids.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { ObjectStore, RunIndex } from '../store/ports.ts'
import type { FileSource } from './plan.ts'
import { fileBytes } from './stored-bytes.ts'

type FileEdge = Pick<Edge, 'kind' | 'name' | 'digest' | 'value'>

/** More is not read just to know whether it changed. */
const LARGEST = 2 * 1024 * 1024 * 1024

/** The names that a file of this edge may have: a module is found as Python finds it. */
export const namesOfFile = ({ kind, name }: Pick<Edge, 'kind' | 'name'>): readonly string[] => {
  if (kind !== 'module' || name.endsWith('.py')) return [name]
  const path = name.replaceAll('.', '/')
  return [`${path}.py`, `${path}/__init__.py`]
}

type FileSecrets = Pick<Secrets, 'fileDigest'>

interface FactsSource {
  readonly objects: Pick<ObjectStore, 'has'>
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
  const named = edges.flatMap(({ digest, value }) => value?.digest ?? digest ?? [])
  return { onDisk, stored, dropped: await index.dropped(named.filter((object) => !stored.has(object))) }
}

async function onDiskNow(cwd: string, edge: FileEdge, secrets: FileSecrets) {
  for (const name of namesOfFile(edge)) {
    const path = resolve(cwd, name)
    const found = await stat(path).catch(() => null)
    if (found?.isFile() && found.size <= LARGEST)
      return { name, path, digest: secrets.fileDigest(path, await digestOfFile(path)) }
  }
  return null
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return `sha256:${hash.digest('hex')}`
}

/** The bytes of the version that the edge names, from the disk while it has them, else from the store. */
export async function bytesOfVersion(
  cwd: string,
  { objects, secrets }: { readonly objects: Pick<ObjectStore, 'get'>; readonly secrets: FileSecrets },
  edge: FileEdge,
): Promise<{ readonly name: string; readonly bytes: Uint8Array } | null> {
  const here = await onDiskNow(cwd, edge, secrets)
  if (here !== null && (edge.digest === null || here.digest === edge.digest))
    return { name: here.name, bytes: await readFile(join(here.path)) }
  const bytes = await fileBytes(objects, edge)
  return bytes === null ? null : { name: here?.name ?? namesOfFile(edge)[0] ?? edge.name, bytes }
}
