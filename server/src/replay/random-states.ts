/** Random states as they were before a run, brought back into a kernel. */
import type { Kernel } from '@yesterday/kernel-bridge'
import { Digest } from '../../contract/ids.ts'
import type { ObjectStore } from '../store/ports.ts'
import { perform } from './kernel-talk.ts'
import { objectBytes } from './stored-bytes.ts'

/** Sets each state that is kept; what cannot be set is told. */
export async function restoreRandom(
  kernel: Pick<Kernel, 'request'>,
  objects: Pick<ObjectStore, 'get'>,
  before: Readonly<Record<string, string>>,
  mustBeKept = false,
): Promise<readonly string[]> {
  const states: Record<string, string> = {}
  for (const [name, digest] of Object.entries(before)) {
    const named = Digest.safeParse(digest)
    const bytes = named.success ? await objectBytes(objects, named.data) : null
    if (bytes !== null) states[name] = Buffer.from(bytes).toString('base64')
  }
  if (mustBeKept && Object.keys(states).length === 0) return ['the state was not kept']
  if (Object.keys(states).length === 0) return []
  const told = await perform(kernel, setStatesCode, states)
  return told.ok ? [] : [`random states could not be restored: ${told.why}`]
}

/** The agent that wrote the states reads them; a kernel without one says so. */
const setStatesCode = `
import base64, sys
agent = sys.modules["yesterday_agent.state"]
for name, text in given.items():
    agent.set_state(name, base64.b64decode(text))
`
