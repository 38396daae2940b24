/**
 * pure. What a request names: paths, notebooks, runs, objects. The sender needs the role of the route for each of them.
 * Invariant: a field of any route that names such a thing is in `SUBJECT_FIELDS`; a test looks through all schemas.
 */

/** `side` is a word of a comparison: a run, a session, a checkpoint or a notebook. */
export type SubjectKind =
  | 'path'
  | 'notebook'
  | 'document'
  | 'run'
  | 'session'
  | 'checkpoint'
  | 'object'
  | 'kernel'
  | 'job'
  | 'side'
export interface Subject {
  readonly kind: SubjectKind
  /** A path or an id, as it was sent. */
  readonly named: string
  /** The field that holds it. */
  readonly field?: string
}

/** What a field of this name holds, in parameters, queries and bodies. */
export const SUBJECT_FIELDS: Readonly<Record<string, SubjectKind>> = {
  path: 'path',
  from: 'path',
  to: 'path',
  folder: 'path',
  copy_from: 'path',
  notebook: 'notebook',
  document: 'document',
  documentId: 'document',
  run: 'run',
  good: 'run',
  session: 'session',
  checkpoint: 'checkpoint',
  digest: 'object',
  kernel: 'kernel',
  job: 'job',
  a: 'side',
  b: 'side',
}

/** Fields that hold what a user wrote: nothing in them is a name of ours. */
const FOREIGN_FIELDS: ReadonlySet<string> = new Set(['content', 'env', 'permissions', 'results'])
const DEPTH = 4

/** All that a request names. */
export function subjectsOf(...parts: readonly unknown[]): readonly Subject[] {
  const found: Subject[] = []
  for (const part of parts) collect(part, 0, found)
  return found
}

function collect(value: unknown, depth: number, found: Subject[]): void {
  if (typeof value !== 'object' || value === null || depth > DEPTH) return
  if (Array.isArray(value)) {
    for (const item of value) collect(item, depth + 1, found)
    return
  }
  const fields = new Map<string, unknown>(Object.entries(value))
  for (const [name, field] of fields) {
    const kind = SUBJECT_FIELDS[name]
    const text = textOf(field)
    if (kind !== undefined && text !== null) found.push({ kind, named: text, field: name })
    else if (kind === 'kernel') collectKernel(field, found)
    else if (!FOREIGN_FIELDS.has(name)) collect(field, depth + 1, found)
  }
  const [folder, name] = [fields.get('folder'), fields.get('name')]
  if (typeof folder === 'string' && typeof name === 'string')
    found.push({ kind: 'path', named: `${folder}/${name}` })
}

/** A path may be a list of its parts. */
function textOf(field: unknown): string | null {
  if (typeof field === 'string') return field
  const isParts = Array.isArray(field) && field.every((part) => typeof part === 'string')
  return isParts ? field.join('/') : null
}

/** Jupyter clients name a kernel by `{id}`. */
function collectKernel(field: unknown, found: Subject[]): void {
  if (typeof field !== 'object' || field === null || !('id' in field)) return
  if (typeof field.id === 'string') found.push({ kind: 'kernel', named: field.id })
}
