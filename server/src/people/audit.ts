/**
 * The audit log: `audit.jsonl`, mode 600, of the project's state in the user's own folder. Invariant: lines are only
 * appended, and each has a link: the hash of its text and of the link before, so that a line that was changed shows, and one that
 * was removed before others.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { AuditEntry } from '../../contract/audit.ts'
import { underLock } from '../disk/short-lock.ts'
import { AuditFailures } from './audit-failures.ts'

/** A file that is longer is put aside as `audit.1.jsonl`, `audit.2.jsonl`, … */
const MAX_FILE = 16 * 1024 * 1024
const MAX_TEXT = 300
/** The same person opens the same notebook: one line in this time, ms. */
const REPEAT_MS = 10 * 60_000
const MOST_REMEMBERED = 1000
/** Lines of these may be many: they are not synced one by one. */
const FREQUENT: ReadonlySet<string> = new Set(['run', 'notebook-opened'])

/** Appends an entry; `at` is the present. Appending never fails the action that it records: `onProblem` gets the error. */
export type Recording = (entry: Omit<AuditEntry, 'at'>) => void

interface Line {
  readonly entry: AuditEntry
  /** False where the line or the one before was changed, or one between them was removed. */
  readonly isSound: boolean
  /** A note of the last one shows later whether lines were removed from the end. */
  readonly link: string
}

export class Audit {
  readonly #folder: string
  readonly #now: () => Date
  readonly #onProblem: (error: unknown) => void
  readonly #opened = new Map<string, number>()
  readonly #failures: AuditFailures
  /** The link of the last line, and the size of the file with it: another process may append as well. */
  #link = FIRST_LINK
  #size = -1

  constructor(folder: string, onProblem: (error: unknown) => void, now: () => Date = () => new Date()) {
    this.#folder = folder
    this.#onProblem = onProblem
    this.#now = now
    this.#failures = new AuditFailures(() => now().getTime())
  }

  readonly record: Recording = ({ action, by, address, about }) => {
    if (action === 'notebook-opened' && this.#isRepeated(`${by?.id} ${about.notebook}`)) return
    const omitted = action === 'sign-in-failed' ? this.#failures.take(address) : 0
    if (omitted === null) return
    const all = omitted === 0 ? about : { ...about, omitted: String(omitted) }
    const short = Object.fromEntries(Object.entries(all).map(([name, text]) => [name, shortened(text)]))
    const who = by === null ? null : { id: shortened(by.id), name: shortened(by.name) }
    const at = this.#now().toISOString()
    try {
      this.#append({ at, action, by: who, address, about: short })
    } catch (error) {
      this.#onProblem(error)
    }
  };

  /** All lines, oldest first. Throws what the file system throws. */
  *lines(): Generator<Line> {
    let link = FIRST_LINK
    for (const text of this.#files().flatMap(linesOf)) {
      const [entry, found] = parsed(text)
      if (entry === null) continue
      yield { entry, isSound: found === linkOf(link, entry), link: found }
      link = found
    }
  }

  /** The newest entries, newest first. */
  newest(limit: number, before?: string): readonly AuditEntry[] {
    const entries: AuditEntry[] = []
    for (const file of this.#files().reverse())
      for (const text of linesOf(file).reverse()) {
        const [entry] = parsed(text)
        if (entry === null || (before !== undefined && entry.at >= before)) continue
        if (entries.push(entry) >= limit) return entries
      }
    return entries
  }

  /** The command line may append at the same time: both take turns, so that each line links to the one before. */
  #append(entry: AuditEntry): void {
    const path = join(this.#folder, 'audit.jsonl')
    const file = underLock(join(this.#folder, 'audit.lock'), () => this.#write(path, entry))
    try {
      if (!FREQUENT.has(entry.action)) fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }

  /** Returns the open file. */
  #write(path: string, entry: AuditEntry): number {
    const file = openSync(path, 'a+', 0o600)
    try {
      const { size } = fstatSync(file)
      if (size !== this.#size) this.#link = this.#lastLink()
      const link = linkOf(this.#link, entry)
      const start = endsLine(file, size) ? '' : '\n'
      writeWhole(file, size, `${start}${JSON.stringify({ ...entry, link })}\n`)
      this.#link = link
      this.#size = fstatSync(file).size
      if (this.#size > MAX_FILE) {
        renameSync(path, join(this.#folder, `audit.${this.#asideCount() + 1}.jsonl`))
        this.#size = 0
      }
      return file
    } catch (error) {
      closeSync(file)
      throw error
    }
  }

  #lastLink(): string {
    for (const file of this.#files().reverse())
      for (const text of linesOf(file).reverse()) {
        const [entry, link] = parsed(text)
        if (entry !== null) return link
      }
    return FIRST_LINK
  }

  #asideCount(): number {
    return this.#files().filter((path) => !path.endsWith('audit.jsonl')).length
  }

  /** Oldest first. */
  #files(): string[] {
    const numberOf = (name: string): number => Number(/^audit\.(\d+)\.jsonl$/.exec(name)?.[1] ?? Infinity)
    const names = readdirSync(this.#folder).filter((name) => /^audit\.(?:\d+\.)?jsonl$/.test(name))
    return names.sort((a, b) => numberOf(a) - numberOf(b)).map((name) => join(this.#folder, name))
  }

  #isRepeated(what: string): boolean {
    const now = this.#now().getTime()
    const before = this.#opened.get(what)
    if (before !== undefined && now - before < REPEAT_MS) return true
    this.#opened.delete(what)
    this.#opened.set(what, now)
    const [oldest] = this.#opened.keys()
    if (this.#opened.size > MOST_REMEMBERED && oldest !== undefined) this.#opened.delete(oldest)
    return false
  }
}

const FIRST_LINK = ''

const linkOf = (before: string, entry: AuditEntry): string =>
  createHash('sha256')
    .update(before)
    .update(JSON.stringify(AuditEntry.parse(entry)))
    .digest('base64url')

/** Appends the text to a file of this size. A disk that becomes full takes a part: then nothing of it stays. */
function writeWhole(file: number, size: number, text: string): void {
  let rest = Buffer.from(text)
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(file, rest))
  } catch (error) {
    ftruncateSync(file, size)
    throw error
  }
}

/** False where a crash cut the last line off. */
function endsLine(file: number, size: number): boolean {
  const last = Buffer.alloc(1)
  return size === 0 || (readSync(file, last, 0, 1, size - 1) === 1 && last.toString() === '\n')
}

const linesOf = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')

/** A line that was cut off by a crash is no entry. */
function parsed(text: string): readonly [AuditEntry | null, string] {
  try {
    const json: unknown = JSON.parse(text)
    const link = typeof json === 'object' && json !== null && 'link' in json ? String(json.link) : ''
    return [AuditEntry.safeParse(json).data ?? null, link]
  } catch {
    return [null, '']
  }
}

const shortened = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text)
