/** pure. What of an environment is not as it was: interpreter, platform, distributions, variables. */
import { z } from 'zod'
import type { EnvironmentDifference } from '../../contract/replay.ts'

const Words = z.record(z.string(), z.string()).catch({})

/** The facets that can be compared; what an older record lacks is empty. */
export const EnvironmentFacets = z.object({
  python: z.string().nullable().catch(null),
  platform: z.string().nullable().catch(null),
  distributions: Words,
  variables: Words,
  /** Digests of the variables that the code read, as the kernel was started with them; null for one that was not set. */
  readVariables: z.record(z.string(), z.string().nullable()).catch({}),
})
export type EnvironmentFacets = z.infer<typeof EnvironmentFacets>

export const emptyFacets: EnvironmentFacets = {
  python: null,
  platform: null,
  distributions: {},
  variables: {},
  readVariables: {},
}

/** The facets of a receipt's environment. */
export function facetsOf(environment: { readonly facets: unknown } | null): EnvironmentFacets {
  const parsed = EnvironmentFacets.safeParse(environment?.facets)
  return parsed.success ? parsed.data : emptyFacets
}

/** Set by the kernel itself at its start, and no choice of a person. */
const OWN_VARIABLES: ReadonlySet<string> = new Set(['MPLBACKEND'])

/**
 * What differs, the likeliest to matter first. Of two records a distribution that only one imported does not count;
 * where `isComplete` says that all were looked for, it is gone.
 */
export function compareEnvironments(
  was: EnvironmentFacets,
  is: EnvironmentFacets,
  isComplete = false,
): readonly EnvironmentDifference[] {
  return [
    ...packages(was.distributions, is.distributions, isComplete),
    ...variables(was.variables, is.variables),
    ...readVariables(was.readVariables, is.readVariables),
    ...scalar('python', was.python, is.python),
    ...scalar('platform', was.platform, is.platform),
  ]
}

function packages(
  was: Record<string, string>,
  is: Record<string, string>,
  isComplete: boolean,
): EnvironmentDifference[] {
  return Object.entries(was).flatMap(([name, version]) => {
    const other = is[name] ?? null
    return (other === null && !isComplete) || other === version
      ? []
      : [{ what: 'package', name, was: version, is: other }]
  })
}

function variables(was: Record<string, string>, is: Record<string, string>): EnvironmentDifference[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])]
  return names
    .filter((name) => !OWN_VARIABLES.has(name) && was[name] !== is[name])
    .map((name) => ({ what: 'variable', name, was: was[name] ?? null, is: is[name] ?? null }))
}

type Digests = EnvironmentFacets['readVariables']

/** Only variables that both sides read are compared: of the others one value is not known. */
function readVariables(was: Digests, is: Digests): EnvironmentDifference[] {
  return Object.entries(was).flatMap(([name, digest]) => {
    const other = is[name]
    return other === undefined || other === digest ? [] : [{ what: 'variable', name, was: digest, is: other }]
  })
}

/**
 * How these variables are in an environment, as far as it can be compared. A digest that is keyed hides a secret: it is
 * compared with nothing, unless the variable is gone.
 */
export function readVariablesIn(
  recorded: Digests,
  env: Readonly<Record<string, string | undefined>>,
  digestOf: (text: string) => string,
): Digests {
  const digests = Object.entries(recorded).map(([name, was]): [string, string | null] => {
    const value = env[name]
    if (value === undefined) return [name, null]
    return [name, was === null || isPlainDigest(was) ? digestOf(value) : was]
  })
  return Object.fromEntries(digests)
}

const isPlainDigest = (text: string): boolean => text.startsWith('sha256:')

/** Whether the value of the variable was recorded only as a digest, or hidden as a secret. */
export const isByDigest = ({ what, was, is }: EnvironmentDifference): boolean =>
  what === 'variable' && [was, is].some((text) => text !== null && /^(?:sha256:|keyed:|•)/u.test(text))

/** What a kernel is given so that its variables are as they were; null unsets. A value behind a digest is not known. */
export function formerVariables(
  differences: readonly EnvironmentDifference[],
): Readonly<Record<string, string | null>> {
  const known = differences.filter((one) => one.what === 'variable' && (one.was === null || !isByDigest(one)))
  return Object.fromEntries(known.map(({ name, was }) => [name, was]))
}

function scalar(what: 'python' | 'platform', was: string | null, is: string | null): EnvironmentDifference[] {
  return was === null || is === null || was === is ? [] : [{ what, name: what, was, is }]
}

/** A difference as a person reads it. */
export function environmentWords(difference: EnvironmentDifference): string {
  const { what, name, was, is } = difference
  if (what === name) return `${what} was ${was ?? 'not known'}, is ${is ?? 'not known'}`
  if (!isByDigest(difference)) return `${what} ${name} was ${was ?? 'not set'}, is ${is ?? 'not set'}`
  if (was === null) return `${what} ${name} was not set, is set`
  return is === null
    ? `${what} ${name} was set, is not set`
    : `${what} ${name} changed; its values are not recorded`
}
