/** pure. What the server serves and what the contract lists are the same. */

/** A handler with the entry of the contract that it serves. */
interface Bound {
  readonly spec: Entry
}
interface Entry {
  /** Absent for sockets. */
  readonly method?: string
  readonly path: string
}

const nameOf = ({ method = 'socket', path }: Entry): string => `${method.toUpperCase()} ${path}`

/**
 * The handlers in the order of the list. Throws if a listed entry has no handler, if a handler's entry is not listed,
 * or if two handlers or two entries have one method and path.
 */
export function inListedOrder<T extends Bound>(listed: readonly Entry[], bound: readonly T[]): readonly T[] {
  const handlers = new Map(bound.map((one) => [nameOf(one.spec), one]))
  const names = listed.map(nameOf)
  const problems = [
    ...repeated(names).map((name) => `${name} is listed twice`),
    ...repeated(bound.map(({ spec }) => nameOf(spec))).map((name) => `${name} has two handlers`),
    ...names.filter((name) => !handlers.has(name)).map((name) => `${name} is listed and has no handler`),
    ...[...handlers.keys()]
      .filter((name) => !names.includes(name))
      .map((name) => `${name} has a handler and is not listed`),
  ]
  if (problems.length > 0)
    throw new Error(`The routes differ from server/contract/routes.ts: ${problems.join('; ')}.`)
  return names.flatMap((name) => handlers.get(name) ?? [])
}

const repeated = (names: readonly string[]): readonly string[] =>
  names.filter((name, place) => names.indexOf(name) < place)
