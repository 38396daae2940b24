/**
 * pure. What recorded runs did outside of their kernel, and which of it may happen again. Invariant: an effect that
 * nothing holds back is refused unless it is allowed by name.
 */
import { isAbsolute } from 'node:path'
import type { Edge, Receipt } from '../../contract/run.ts'
import { isAnswered } from './web-answers.ts'

export interface AllowedEffects {
  readonly send: boolean
  /** Whether requests get the answers that the record has, so that nothing is sent. */
  readonly answered: boolean
  /** To servers of which the record does not say what was asked. */
  readonly connect: boolean
  readonly start: boolean
  /** Whether a write to the file or database of this name may happen, other than by Python inside of the copy. */
  readonly write: (name: string) => boolean
}

/** An isolation layer holds programs and files back. */
export const isolatedEffects: AllowedEffects = {
  send: false,
  answered: true,
  connect: true,
  start: true,
  write: () => true,
}

/** Why a run may not run again, for an effect that is not allowed; null where it may. */
export function refusedEffect(receipt: Receipt, allowed: AllowedEffects): string | null {
  const [sent] = sentBy(allowed.answered ? withoutAnswered(receipt) : receipt)
  if (sent !== undefined && !allowed.send)
    return `it sends ${sent}, which is done again only where you allow it: --allow-sending`
  const [connected] = allowed.connect ? [] : unknownConnections(receipt)
  if (connected !== undefined)
    return `it connects to ${connected}, and nothing isolates that here: --allow-sending`
  const program = programsOf(receipt)[0]
  if (program !== undefined && !allowed.start)
    return `it starts ${program}, and nothing isolates programs here: --allow-program`
  const write = writesPastCopy(receipt).find(({ name }) => !allowed.write(name))
  return write === undefined
    ? null
    : `it writes ${write.name}, and nothing isolates that here: --allow-writes ${write.name}`
}

const withoutAnswered = ({ used }: Receipt): Pick<Receipt, 'used'> => ({
  used: used.filter((edge) => !isAnswered(edge)),
})

const SENT = /^fetched \((POST|PUT|PATCH|DELETE)\b/

/** What it changed elsewhere, by its requests: `POST to https://…`. */
export function sentBy({ used }: Pick<Receipt, 'used'>): readonly string[] {
  return used.flatMap(({ kind, name, reason }) => {
    const method = kind === 'url' ? SENT.exec(reason ?? '')?.[1] : undefined
    return method === undefined ? [] : [`${method} to ${name}`]
  })
}

/** Lines and cells that IPython hands to a shell; a record may be older than the recording of programs. */
const SHELL = /^\s*(?:[\w, ]+=\s*)?!.*|^\s*%%?(?:sx|system|sh|bash|script|perl|ruby|cmd)\b.*/m

const programsOf = ({ used, source }: Receipt): readonly string[] => {
  const recorded = used.flatMap(({ kind, name }) => (kind === 'subprocess' ? [name] : []))
  return recorded.length > 0 ? recorded : (SHELL.exec(source)?.slice(0, 1) ?? [])
}

/** Servers to which it connected beside those whose requests are recorded. */
function unknownConnections({ used }: Receipt): readonly string[] {
  const asked = used.flatMap(({ kind, name }) =>
    kind === 'url' && URL.canParse(name) ? [new URL(name)] : [],
  )
  const known = new Set(asked.map(({ hostname }) => hostname))
  return used.flatMap(({ kind, name }) =>
    kind === 'socket' && !known.has(name.replace(/:\d+$/, '')) ? [name] : [],
  )
}

/** Python's own `open` is led into a copy; what writes in another way, or outside of the project, is not. */
export function writesPastCopy({ generated }: Receipt): readonly Edge[] {
  return generated.filter(
    ({ kind, name, edge, reason, type }) =>
      (kind === 'table' && type !== MEMORY) ||
      (kind === 'file' &&
        (isAbsolute(name) || edge !== 'observed' || type === 'database' || !LED.has(reason ?? ''))),
  )
}
/** A table of a database that lives in the kernel, and ends with it. */
const MEMORY = 'memory'
const LED: ReadonlySet<string> = new Set(['opened for writing', 'removed'])

const effectKinds: Partial<Record<Edge['kind'], string>> = {
  socket: 'connects to',
  url: 'asks for',
  subprocess: 'starts',
}

/** What a run did outside of its kernel, for people. */
export function effectsOf({ used, generated }: Receipt): readonly string[] {
  const outside = generated.filter(
    ({ kind, name, type }) => (kind === 'table' && type !== MEMORY) || (kind === 'file' && isAbsolute(name)),
  )
  return [
    ...used.flatMap(({ kind, name }) => (effectKinds[kind] ? [`${effectKinds[kind]} ${name}`] : [])),
    ...outside.map(({ name, deleted }) => `${deleted ? 'removes' : 'writes'} ${name}`),
  ]
}
