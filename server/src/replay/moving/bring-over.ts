/** Loads what was sent, and runs again what makes the rest, in the order in which it was. */
import type { Kernel } from '@yesterday/kernel-bridge'
import type { Receipt } from '../../../contract/run.ts'
import { Loads, repeat } from '../bring-back.ts'
import { giveChance } from '../chance.ts'
import { isInert } from '../inert.ts'
import { callAgent } from '../kernel-talk.ts'
import type { Luggage } from './luggage.ts'
import type { Moving, ReadyMove } from './move.ts'

export interface Brought {
  /** By name: why it is not there. */
  readonly problems: ReadonlyMap<string, string>
  /** Made again with another content. */
  readonly differing: ReadonlySet<string>
}

/** Throws where the kernel dies, or what was sent cannot be taken. */
export async function bringOver(
  { world, session, options }: Moving,
  kernel: Kernel,
  { planned, plan }: ReadyMove,
  luggage: Luggage,
): Promise<Brought> {
  const loads = new Loads(luggage.values, kernel, planned.load)
  const problems = new Map<string, string>()
  const differing = new Set<string>()
  const wanted = new Map(plan.variables.map(({ name, way, run }) => [name, way === 'rerun' ? run : null]))
  for (const [place, receipt] of planned.rerun.entries()) {
    if (options.signal.aborted) break
    await loads.before(receipt.order)
    const { title: now } = receipt
    options.onProgress({ done: place, total: planned.rerun.length, now, verdicts: [], phase: 'running' })
    const again = await runThere(world, session, kernel, receipt, options.actor)
    if (session.kernel !== kernel) throw new Error('the kernel there died')
    for (const { kind, name, digest, type } of receipt.generated) {
      if (kind !== 'variable' || wanted.get(name) !== receipt.run) continue
      const made = again?.generated.find((one) => one.kind === 'variable' && one.name === name)
      if (made === undefined) problems.set(name, again?.error?.evalue ?? 'it was not made again')
      else if (!isCode(type) && digest !== null && made.digest !== null && made.digest !== digest)
        differing.add(name)
    }
  }
  await loads.before(Number.POSITIVE_INFINITY)
  if (session.kernel !== kernel) throw new Error('the kernel there died')
  return { problems: new Map([...problems, ...loads.problems]), differing }
}

/** Its digest is that of the code that one version of Python makes. The source is the same. */
const isCode = (type: string | null): boolean => type === 'function' || type === 'type'

/** What it did then had no effects; what it would do there that has some is refused. */
async function runThere(
  world: Moving['world'],
  session: Moving['session'],
  kernel: Kernel,
  receipt: Receipt,
  actor: Moving['options']['actor'],
): Promise<Receipt | null> {
  const { before = {}, entropy = null, answers = null, widgets = null } = receipt.state ?? {}
  const isImport = isInert(receipt)
  const states = isImport ? {} : before
  await giveChance(kernel, world.store.objects, { states, entropy, answers, widgets })
  await callAgent(kernel, 'refusals.refuse', [
    kernel.here === null ? [] : [kernel.here.folder],
    isImport,
    false,
  ])
  try {
    return await repeat(world, session, receipt, actor)
  } finally {
    await callAgent(kernel, 'refusals.allow', [])
  }
}
