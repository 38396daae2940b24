/**
 * pure. What recorded runs did outside of their kernel, and which of it may happen again. Invariant: an effect that
 * nothing holds back is refused unless it is allowed by name.
 */
import { isAbsolute } from 'node:path'
import type { Isolation, ReplayPlan } from '../../contract/replay.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import { hostOfSocket, hostOfUrl, optionFor } from './outside-names.ts'
import { isAnswered } from './web-answers.ts'

export interface AllowedEffects {
  /** To this host. */
  readonly send: (host: string) => boolean
  /** Whether requests to other hosts get the answers that the record has, so that nothing is sent. */
  readonly answered: boolean
  /** To a server of which the record does not say what was asked. */
  readonly connect: (host: string) => boolean
  readonly start: (command: string) => boolean
  /** Whether a write to the file or database of this name may happen, other than by Python inside of the copy. */
  readonly write: (name: string) => boolean
}

/** An isolation layer holds programs and files back. */
export const isolatedEffects: AllowedEffects = {
  send: () => false,
  answered: true,
  connect: () => true,
  start: () => true,
  write: () => true,
}

/** Why a run may not run again, for effects that are not allowed, with the option for each; null where it may. */
export function refusedEffect(receipt: Receipt, allowed: AllowedEffects): string | null {
  const sent = sendsOf(allowed.answered ? withoutAnswered(receipt) : receipt).filter(
    ({ host }) => !allowed.send(host),
  )
  const connected = unknownConnections(receipt).filter((name) => !allowed.connect(hostOfSocket(name)))
  const programs = once(programsOf(receipt).filter((command) => !allowed.start(command)))
  const written = writesPastCopy(receipt).flatMap(({ name }) => (allowed.write(name) ? [] : [name]))
  const [first] = sent
  const why: string[] = []
  if (first !== undefined)
    why.push(
      `it sends ${first.what}, which is done again only where you allow it: ${sending(sent.map(({ host }) => host))}`,
    )
  if (connected[0] !== undefined)
    why.push(
      `it connects to ${connected[0]}, and nothing isolates that here: ${sending(connected.map(hostOfSocket))}`,
    )
  if (programs.length > 0)
    why.push(
      `it starts ${programs.join(', and ')}, and nothing isolates programs here: ${optionFor('--allow-program', programs)}`,
    )
  if (written[0] !== undefined)
    why.push(
      `it writes ${written[0]}, and nothing isolates that here: ${optionFor('--allow-writes', once(written))}`,
    )
  return why.length === 0 ? null : why.join('; ')
}

/** What of these runs can be allowed, by name: what is held back in another way is left out. */
export function namesToAllow(
  runs: readonly Receipt[],
  { programs, writes }: Pick<Isolation, 'programs' | 'writes'>,
): ReplayPlan['allowable'] {
  const sent = runs.flatMap(sendsOf).map(({ host }) => host)
  const connected = writes === 'open' ? runs.flatMap(unknownConnections).map(hostOfSocket) : []
  return {
    programs: programs === 'contained' ? [] : once(runs.flatMap(programsOf)),
    hosts: once([...sent, ...connected]),
  }
}

const once = (names: readonly string[]): string[] => [...new Set(names)]
const sending = (hosts: readonly string[]): string => optionFor('--allow-sending', once(hosts))

const withoutAnswered = ({ used }: Receipt): Pick<Receipt, 'used'> => ({
  used: used.filter((edge) => !isAnswered(edge)),
})

const SENT = /^fetched \((POST|PUT|PATCH|DELETE)\b/

/** What it changed elsewhere, by its requests: `POST to https://…`. */
export const sentBy = (receipt: Pick<Receipt, 'used'>): readonly string[] =>
  sendsOf(receipt).map(({ what }) => what)

function sendsOf({
  used,
}: Pick<Receipt, 'used'>): readonly { readonly what: string; readonly host: string }[] {
  return used.flatMap(({ kind, name, reason }) => {
    const method = kind === 'url' ? SENT.exec(reason ?? '')?.[1] : undefined
    return method === undefined ? [] : [{ what: `${method} to ${name}`, host: hostOfUrl(name) ?? name }]
  })
}

/** Lines and cells that IPython hands to a shell; a record may be older than the recording of programs. */
const SHELL = /^\s*(?:[\w, ]+=\s*)?!.*|^\s*%%?(?:sx|system|sh|bash|script|perl|ruby|cmd)\b.*/gm
/** What of such a line is no part of the command. */
const MAGIC = /^\s*(?:(?:[\w, ]+=\s*)?!+|%%?(?:(?:sx|system|script)\b\s*)?)/

const programsOf = ({ used, source }: Receipt): readonly string[] => {
  const recorded = used.flatMap(({ kind, name }) => (kind === 'subprocess' ? [name] : []))
  if (recorded.length > 0) return recorded
  return (source.match(SHELL) ?? []).map((line) => line.replace(MAGIC, '').trim() || line.trim())
}

/** Servers to which it connected beside those whose requests are recorded. */
function unknownConnections({ used }: Receipt): readonly string[] {
  const known = new Set(used.flatMap(({ kind, name }) => (kind === 'url' ? [hostOfUrl(name)] : [])))
  return used.flatMap(({ kind, name }) => (kind === 'socket' && !known.has(hostOfSocket(name)) ? [name] : []))
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
