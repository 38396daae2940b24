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
})
export type EnvironmentFacets = z.infer<typeof EnvironmentFacets>

export const emptyFacets: EnvironmentFacets = {
  python: null,
  platform: null,
  distributions: {},
  variables: {},
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

function scalar(what: 'python' | 'platform', was: string | null, is: string | null): EnvironmentDifference[] {
  return was === null || is === null || was === is ? [] : [{ what, name: what, was, is }]
}

/** A difference as a person reads it. */
export const environmentWords = ({ what, name, was, is }: EnvironmentDifference): string =>
  what === name
    ? `${what} was ${was ?? 'not known'}, is ${is ?? 'not known'}`
    : `${what} ${name} was ${was ?? 'not set'}, is ${is ?? 'not set'}`
