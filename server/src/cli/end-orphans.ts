/** Opens a project just to end what killed programs left in it. */
import { endOrphans, type Orphans } from '../session/orphans.ts'
import { openKernels } from '../setup/open-kernels.ts'
import { openStore } from '../store/open-store.ts'

export async function endProjectOrphans(root: string, onProblem: (text: string) => void): Promise<Orphans> {
  const store = await openStore({ root })
  const kernels = openKernels(root, { interpreters: [] })
  try {
    return await endOrphans({ root, store, kernels, onProblem })
  } finally {
    await kernels.close()
    await store.close()
  }
}
