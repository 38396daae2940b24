/** No isolation: a copy that Python is led to. Effects are refused by the plan, unless they are allowed one by one. */
import { copiedSandbox } from './copied.ts'
import type { Member } from './isolation.ts'

export const none: Member = {
  name: 'none',
  holds: { writes: 'open', programs: 'open' },
  holdsNetwork: false,
  probe: async () => null,
  open: (options, facts) => copiedSandbox(options, facts, { env: (shared) => ({ TMPDIR: shared }) }),
}
