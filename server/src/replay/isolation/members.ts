/** The ways to isolate, the strongest first; a new one is a file and a line here. */
import { resolve, sep } from 'node:path'
import type { KernelSpec } from '@yesterday/kernel-bridge'
import { type Isolation as Facts, IsolationName } from '../../../contract/replay.ts'
import type { AllowedEffects } from '../effects.ts'
import { isNamed } from '../outside-names.ts'
import { type Refused, refused } from '../targets.ts'
import type { ReplayWorld } from '../world.ts'
import { bubblewrap } from './bubblewrap.ts'
import type { Member } from './isolation.ts'
import { landlock } from './landlock.ts'
import { namespaces } from './namespaces.ts'
import { none } from './none.ts'
import { isKnownToWork, rememberWorking } from './probed.ts'
import { sandboxExec } from './sandbox-exec.ts'

export const members: readonly Member[] = [namespaces, bubblewrap, landlock, sandboxExec, none]

/** A member that works here, and its description. */
export interface Chosen {
  readonly member: Member
  readonly facts: Facts
}

export interface Choice {
  /** Runs launchers and probes. */
  readonly python: string
  /** The member to use, whatever else works; null chooses the strongest. */
  readonly forced: string | null
  /** Whether the network stays reachable. */
  readonly network: boolean
}

const probed = new Map<string, Promise<string | null>>()

/** Probes once for each Python while this process runs, and once while the machine runs where it works. */
function probe(member: Member, python: string): Promise<string | null> {
  const key = `${member.name} ${python}`
  const known =
    probed.get(key) ?? (isKnownToWork(key) ? Promise.resolve(null) : firstProbe(member, python, key))
  probed.set(key, known)
  return known
}

async function firstProbe(member: Member, python: string, key: string): Promise<string | null> {
  const problem = await member.probe(python)
  if (problem === null && member.name !== 'none') rememberWorking(key)
  return problem
}

/** The strongest member that works here, or the one that is forced. */
export async function chooseIsolation({ python, forced, network }: Choice): Promise<Chosen | Refused> {
  const name = forced === null ? null : IsolationName.safeParse(forced)
  if (name?.success === false) return unknown(forced ?? '')
  const why: string[] = []
  for (const member of members) {
    if (name !== null && member.name !== name.data) continue
    const problem = await probe(member, python)
    if (problem === null) return { member, facts: factsOf(member, network, name === null ? why : []) }
    why.push(`${member.name}: ${problem}`)
  }
  return refused(
    'no-isolation',
    `the isolation "${forced}" cannot be used here: ${why.join('; ') || 'this version does not have it'}`,
    'Leave YESTERDAY_ISOLATION and --isolation away to use the strongest that works.',
  )
}

/** For the kernels of this spec, as the person and the environment ask. */
export function isolationFor(
  { isolation, env, maySend = [], isLive = false }: ReplayWorld,
  spec: KernelSpec,
): Promise<Chosen | Refused> {
  const forced = isolation ?? env.YESTERDAY_ISOLATION ?? ''
  const python = spec.argv[0] ?? 'python3'
  return chooseIsolation({
    python,
    forced: forced === '' ? null : forced,
    network: isLive || maySend.length > 0,
  })
}

/** Where nothing holds an effect back, only what was allowed by name. `cwd`: where names of files are relative to. */
export function allowedEffects(
  {
    maySend = [],
    isLive = false,
    mayStart = [],
    mayWrite = [],
  }: Pick<ReplayWorld, 'maySend' | 'isLive' | 'mayStart' | 'mayWrite'>,
  { writes, programs }: Facts,
  cwd: string,
): AllowedEffects {
  const below = (name: string): boolean => {
    const path = resolve(cwd, name)
    return mayWrite.some((folder) => path === folder || path.startsWith(folder + sep))
  }
  return {
    send: (host) => maySend.includes(host),
    answered: !isLive,
    connect: (host) => writes !== 'open' || isLive || maySend.includes(host),
    start: (command) => programs === 'contained' || isNamed(command, mayStart),
    write: writes === 'open' ? below : () => true,
  }
}

const unknown = (forced: string): Refused =>
  refused(
    'unknown-isolation',
    `there is no isolation "${forced}"`,
    `Known: ${IsolationName.options.join(', ')}`,
  )

function factsOf(member: Member, network: boolean, why: readonly string[]): Facts {
  const { name, holds, holdsNetwork } = member
  return {
    name,
    ...holds,
    network: network || !holdsNetwork ? 'open' : 'absent',
    why: why.length === 0 ? null : why.join('; '),
  }
}
