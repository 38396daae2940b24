/**
 * The two sides of a notebook whose file has git's conflict markers in its text. They are read out of the text if both are
 * notebooks there, else from git's index.
 */
import type { Masker } from '@yesterday/kernel-bridge'
import type { NotebookForm } from '../document/cell-form.ts'
import { type ReadNotebook, readNotebook } from '../document/ipynb-read.ts'
import type { Refusal } from '../document/ports.ts'
import { splitConflicts } from './conflict-text.ts'
import type { IndexVersions } from './index-versions.ts'
import { mergeNotebooks } from './merge-notebooks.ts'

export interface ConflictSides {
  readonly ok: true
  readonly from: 'text' | 'index'
  /** Ours as read: its layout is that of the result. */
  readonly ours: ReadNotebook
  /** Both sides merged, with marker cells around what has to be decided. */
  readonly merged: NotebookForm
  /** Values of outputs outside the form. */
  readonly large: ReadonlyMap<string, Uint8Array>
}

/** `index` gives git's versions, or null where git must not be asked. */
export async function conflictSides(
  path: string,
  bytes: Uint8Array,
  index: () => Promise<IndexVersions | null>,
  masker: Masker | null,
): Promise<ConflictSides | { readonly ok: false; readonly refusal: Refusal }> {
  const texts = splitConflicts(Buffer.from(bytes).toString('utf8'))
  const read = (version: string | Buffer | null | undefined): ReadNotebook | null =>
    notebookOf(version, masker)
  const inText = [read(texts?.ours), read(texts?.theirs), read(texts?.base)] as const
  const isWhole = inText[0] !== null && inText[1] !== null
  const versions = isWhole && inText[2] !== null ? null : await index()
  const ours = isWhole ? inText[0] : read(versions?.ours)
  const theirs = isWhole ? inText[1] : read(versions?.theirs)
  const base = inText[2] ?? read(versions?.base)
  if (ours === null || theirs === null) return { ok: false, refusal: unreadable(path, versions) }
  const { form: merged } = mergeNotebooks(base?.file.form ?? null, ours.file.form, theirs.file.form)
  const large = new Map([...(base?.large ?? []), ...theirs.large, ...ours.large])
  return { ok: true, from: isWhole ? 'text' : 'index', ours, merged, large }
}

function notebookOf(version: string | Buffer | null | undefined, masker: Masker | null): ReadNotebook | null {
  if (version === null || version === undefined) return null
  const read = readNotebook(Buffer.from(version), masker)
  return read.ok ? read : null
}

function unreadable(path: string, versions: IndexVersions | null): Refusal {
  const where =
    versions === null
      ? 'git was not asked, as this folder is not trusted'
      : "git's index has no two notebooks"
  return {
    code: 'conflictUnreadable',
    status: 422,
    message: `The two versions of "${path}" cannot be read: its text between git's markers is no notebook, and ${where}.`,
    hint:
      versions === null
        ? 'Trust the folder, or choose a version in a terminal: git checkout --ours FILE, or --theirs.'
        : 'Choose a version in a terminal: git checkout --ours FILE, or --theirs.',
  }
}
