/** A person's actions on files, from the request to the message about the result. */

import type { Answer } from '../api/api.ts'
import { navigate, parseRoute, redirect } from '../navigation/route.ts'
import { renameInTabs } from '../navigation/tabs.ts'
import { t } from '../text/text.ts'
import { notify } from '../ui/notices.ts'
import { files } from './files-store.ts'
import { inFolder, nameOf, parentOf } from './tree.ts'

/** The notebook that was made last, until its page has come. */
let awaited: string | null = null

/** Makes a notebook with a free name in the folder and opens it. */
export async function makeNotebook(folder: string): Promise<void> {
  const made = valueOrNotice(await files.make('newNotebook', folder))
  if (made === null) return
  awaited = made.path
  navigate({ at: 'file', path: made.path })
}

/** Whether this page was opened by creating its notebook; true once. */
export function isJustMade(path: string): boolean {
  const is = awaited === path
  awaited = null
  return is
}

/** Makes a folder with a free name; its path, or null when it was refused. */
export async function makeFolder(folder: string): Promise<string | null> {
  const made = valueOrNotice(await files.make('newFolder', folder))
  return made?.path ?? null
}

/** Gives a file or folder another name in the same folder. The open notebook stays open. */
export async function rename(path: string, name: string): Promise<boolean> {
  const trimmed = name.trim()
  if (trimmed === '' || trimmed === nameOf(path)) return true
  return await move(path, inFolder(parentOf(path), trimmed))
}

/** Moves a file or folder to another place; false when it was refused. */
export async function move(from: string, to: string): Promise<boolean> {
  const moved = valueOrNotice(await files.move(from, to))
  if (moved === null) return false
  follow(from, moved.path)
  renameInTabs(from, moved.path)
  notify('info', t('files.renamed', { from: nameOf(from), to: moved.path }))
  return true
}

/** Copies a file beside itself. */
export async function duplicate(path: string): Promise<void> {
  const made = valueOrNotice(await files.duplicate(path))
  if (made !== null) notify('info', t('files.created', { name: made.name }))
}

/** Moves a file or folder to the trash. */
export async function trash(path: string): Promise<void> {
  if (valueOrNotice(await files.trash(path)) === null) return
  if (isWithin(openPath(), path)) redirect({ at: 'home' })
  renameInTabs(path, null)
  notify('info', t('files.trashed', { name: nameOf(path) }))
}

/** Uploads files into a folder; gives back those whose names are taken, to be asked about. */
export const upload = async (
  folder: string,
  chosen: readonly File[],
  overwrite = false,
): Promise<readonly File[]> => (await uploadEach(folder, chosen, overwrite)).taken

interface Uploads {
  /** The paths of those that are there now. */
  readonly done: readonly string[]
  readonly taken: readonly File[]
}

export async function uploadEach(
  folder: string,
  chosen: readonly File[],
  overwrite = false,
): Promise<Uploads> {
  if (chosen.length > 0) notify('info', t('files.uploading', { count: chosen.length }))
  const taken: File[] = []
  const done: string[] = []
  for (const file of chosen) {
    const answer = await files.upload(folder, inFolder(folder, file.name), file, overwrite)
    if (answer.ok) done.push(answer.value.path)
    else if (answer.problem.status === 409) taken.push(file)
    else notify('error', answer.problem.message, answer.problem.hint)
  }
  if (done.length > 0) notify('info', t('files.uploaded', { count: done.length }))
  return { done, taken }
}

/** The value of an answer; null for a refusal, which is shown to the person. */
function valueOrNotice<Value>(answer: Answer<Value>): Value | null {
  if (answer.ok) return answer.value
  notify('error', answer.problem.message, answer.problem.hint)
  return null
}

function openPath(): string {
  const route = parseRoute(location.pathname)
  return route.at === 'file' ? route.path : ''
}

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

function follow(from: string, to: string): void {
  const path = openPath()
  if (isWithin(path, from)) redirect({ at: 'file', path: to + path.slice(from.length) })
}
