/**
 * pure. Why a repeated run may have come out different, by what both runs recorded. Ordered by how sure it is: what is seen
 * to differ comes before what only could.
 */
import type { Edge, Receipt } from '../../contract/run.ts'
import { workersOf, workingOf } from '../../contract/workers.ts'

export interface Repetition {
  readonly was: Receipt
  readonly is: Receipt
  /** What ran before it in the replay; functions that it calls are defined there. */
  readonly before: readonly Receipt[]
}

/** What is seen to differ between both runs; null where nothing is. */
export const seenCause = (repetition: Repetition): string | null =>
  missingAnswer(repetition) ??
  anotherAnswer(repetition) ??
  anotherFile(repetition) ??
  anotherInput(repetition) ??
  anotherState(repetition) ??
  otherDraws(repetition)

/** What differs from run to run and is not given back; null where there is no sign of it. */
export const likelyCause = (repetition: Repetition): string | null =>
  otherProcesses(repetition) ?? clockOf(repetition) ?? concurrencyOf(repetition)

const byName = (edges: readonly Edge[], kind: Edge['kind']): ReadonlyMap<string, Edge> =>
  new Map(edges.flatMap((edge) => (edge.kind === kind ? [[edge.name, edge]] : [])))

/** A person answered then, and the answer is never stored, or was not. */
function missingAnswer({ was, is }: Repetition): string | null {
  const asked = was.notCaptured.find(({ what }) => what.startsWith('the answer to '))
  if (asked !== undefined) return `${asked.what} was not given: ${asked.why}`
  const wasNotAsked = is.error?.ename === 'StdinNotImplementedError' && was.error?.ename !== is.error.ename
  return wasNotAsked ? 'it asks a person, and the answer then was not recorded' : null
}

function anotherAnswer({ was, is }: Repetition): string | null {
  const answers = byName(is.used, 'url')
  for (const [name, { digest }] of byName(was.used, 'url')) {
    const now = answers.get(name)
    if (now === undefined) return `${name} was not reached: a replay has no network unless it is allowed`
    if (digest !== null && now.digest !== null && now.digest !== digest)
      return `${name} answered something else than then`
  }
  return null
}

function anotherFile({ was, is }: Repetition): string | null {
  const now = byName(is.used, 'file')
  for (const [name, { digest }] of byName(was.used, 'file')) {
    const other = now.get(name)?.digest ?? null
    if (digest !== null && other !== null && other !== digest) return `${name} had another content`
  }
  const folders = byName(is.used, 'directory')
  for (const [name, { digest }] of byName(was.used, 'directory')) {
    const other = folders.get(name)?.digest ?? null
    if (digest !== null && other !== null && other !== digest) return `${name} had other members`
  }
  return null
}

/** A variable that a step before it made, and made differently. */
function anotherInput({ was, is, before }: Repetition): string | null {
  const now = byName(is.used, 'variable')
  for (const { kind, name, digest, by } of was.used) {
    const other = kind === 'variable' ? (now.get(name)?.digest ?? null) : null
    if (digest === null || other === null || other === digest) continue
    const maker = before.find(({ run }) => run === by)
    if (maker === undefined) continue
    const where = maker.cell === null ? maker.title : `cell ${maker.cell}`
    return `it uses ${name} of ${where}, which came out different`
  }
  return null
}

/** A generator that this run drew from, and that began elsewhere. */
function anotherState({ was, is }: Repetition): string | null {
  const [before, after] = [was.state?.before ?? {}, was.state?.random ?? {}]
  const name = Object.keys(before).find(
    (one) => before[one] !== after[one] && is.state?.before[one] !== before[one],
  )
  return name === undefined ? null : `it drew from ${name}, whose state was another one before it`
}

/** Records from before entropy was kept have none, and no hash seed either. */
function otherDraws({ was, is }: Repetition): string | null {
  const [then, now] = [was.state?.entropy ?? null, is.state?.entropy ?? null]
  if (then === now) return null
  // Each worker was given what it drew then, and took other work.
  const together = then !== null && now !== null ? workingTogether(was) : null
  if (together !== null) return together
  if (was.state?.hashSeed == null) return 'what it drew from the operating system then was not recorded'
  return then === null
    ? 'it drew random bytes from the operating system, which it did not then'
    : 'it drew other random bytes from the operating system than then'
}

/** A program that did not write down itself what it did. */
function otherProcesses({ was }: Repetition): string | null {
  const started = was.used.find((edge) => edge.kind === 'subprocess' && workersOf(edge).length === 0)
  return started === undefined
    ? null
    : `it started ${started.name}, and what another process draws and reads is not recorded`
}

/** Calls that read the clock, as code writes them. */
const CLOCK: readonly RegExp[] = [
  /\b(?:datetime|date|dt)\.(?:now|utcnow|today)\(/,
  /\bTimestamp\.(?:now|utcnow|today)\(/,
  /\btime\.(?:time|time_ns|monotonic|monotonic_ns|perf_counter|perf_counter_ns|process_time|ctime|localtime|gmtime|asctime|strftime)\(/,
  /\b(?:perf_counter|perf_counter_ns|process_time|monotonic)\(/,
  /\b(?:to_datetime|datetime64)\(\s*['"](?:now|today)/,
  /^\s*%{1,2}time(?:it)?\b/m,
]

function clockOf({ was, before }: Repetition): string | null {
  const own = clockIn(was.source)
  if (own !== null) return `it reads the clock: ${own}`
  const used = new Set(was.used.map(({ by }) => by))
  const other = before.find(({ run, source }) => used.has(run) && clockIn(source) !== null)
  if (other === undefined) return null
  const where = other.cell === null ? other.title : `cell ${other.cell}`
  return `it uses what ${where} made, which reads the clock: ${clockIn(other.source)}`
}

/** What runs several things at once, as code writes it. */
const CONCURRENT =
  /\b(?:ThreadPoolExecutor|ProcessPoolExecutor|as_completed|threading\.Thread|multiprocessing|imap_unordered|asyncio\.gather|joblib|n_jobs|num_workers)\b/

function concurrencyOf({ was, is }: Repetition): string | null {
  const [found] = CONCURRENT.exec(was.source) ?? []
  if (found !== undefined) return `it works concurrently (${found}), and the order of that is not recorded`
  return workingTogether(was) ?? stampedFile(was, is)
}

function workingTogether({ used }: Receipt): string | null {
  const together = used.map((edge) => workingOf(workersOf(edge))).find(({ length }) => length > 1)
  return together === undefined
    ? null
    : `${together.length} processes worked for it at once, and the order of that is not recorded`
}

/** Formats in which libraries write down when they wrote; those in C ask the real clock. */
const STAMPED = /\.(?:h5|hdf5?|he5|xlsx|docx|pptx|zip|gz|tgz|pdf|mat)$/i

function stampedFile(was: Receipt, is: Receipt): string | null {
  const now = byName(is.generated, 'file')
  const file = [...byName(was.generated, 'file').values()].find(
    ({ name, digest }) =>
      STAMPED.test(name) && digest !== null && (now.get(name)?.digest ?? digest) !== digest,
  )
  return file === undefined
    ? null
    : `it writes ${file.name}, and files of this format hold the time of the clock at which they were written`
}

function clockIn(source: string): string | null {
  for (const call of CLOCK) {
    const [found] = call.exec(source) ?? []
    if (found !== undefined) return found.trim().replace(/\(.*$/s, '()')
  }
  return null
}
