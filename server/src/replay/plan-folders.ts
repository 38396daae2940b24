/** pure. What a step is given of the folders that it read: one pin for each, and one for each member that changed. */
import type { FilePin } from '../../contract/replay.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import { changeWords, type FolderMember } from '../store/folder-manifest.ts'
import { type FolderNow, folderKey } from './folder-now.ts'

/** A file or folder that a step is given before it runs. */
export interface Given {
  readonly pin: FilePin
  readonly edge: Edge
  /** Of a folder. */
  readonly members?: readonly FolderMember[]
}

interface Source {
  readonly folders?: ReadonlyMap<string, FolderNow>
  readonly stored: ReadonlySet<string>
}

/** `made`: files that steps before it left, by name. */
export function givenFolders(
  receipt: Receipt,
  made: ReadonlyMap<string, string | null>,
  { folders, stored }: Source,
): readonly Given[] {
  return receipt.used.flatMap((edge): readonly Given[] => {
    const now = edge.kind === 'directory' ? folders?.get(folderKey(receipt, edge)) : undefined
    return now === undefined ? [] : givenFolder(edge, withoutMade(edge, now, made), stored)
  })
}

function givenFolder(edge: Edge, now: FolderNow, stored: ReadonlySet<string>): readonly Given[] {
  const { name, digest } = edge
  const differing = new Set([...now.changed, ...now.removed])
  const wanted = now.members.filter((member) => member.read !== null && differing.has(member.name))
  const lost = wanted.filter(({ read }) => read === null || !stored.has(read.digest))
  const words = changeWords(now)
  if (lost.length > 0) {
    const why = `${words}, and the bytes of ${lost.length.toLocaleString('en')} were not kept`
    return [{ pin: { name, digest, from: 'cannot', why }, edge }]
  }
  const isAsItWas = now.added.length === 0 && wanted.length === differing.size
  const why = isAsItWas ? null : `it is given as it is now: ${words}`
  const whole: Given = { pin: { name, digest, from: 'disk', why }, edge, members: now.members }
  return [whole, ...wanted.map((member) => givenMember(edge, member))]
}

function givenMember(edge: Edge, { name: inside, read }: FolderMember): Given {
  const name = memberName(edge, inside)
  const digest = read?.digest ?? null
  const pin = { name, digest, from: 'store', why: 'it has changed since, and is given as it was' } as const
  return { pin, edge: { ...edge, kind: 'file', name, digest, value: null } }
}

/** As an edge to the file would name it. */
export const memberName = ({ name }: Pick<Edge, 'name'>, inside: string): string =>
  name === '.' ? inside : `${name}/${inside}`

/** Members that the replay makes again are no change. */
function withoutMade(edge: Edge, now: FolderNow, made: ReadonlyMap<string, string | null>): FolderNow {
  const left = (names: readonly string[]) => names.filter((name) => !made.has(memberName(edge, name)))
  return { ...now, changed: left(now.changed), added: left(now.added), removed: left(now.removed) }
}
