/** Linux namespaces with one overlay for each top-level folder: the kernel sees its own paths, its writes stay private. */
import { join } from 'node:path'
import { FOLDER } from '../../store/project-folder.ts'
import { userFolder } from '../../user/user-folder.ts'
import type { Member } from './isolation.ts'
import { launchWords, usualFolders, wrapBy } from './launcher.ts'
import { layeredSandbox } from './layered.ts'
import { tryLayer } from './probe.ts'

export const namespaces: Member = {
  name: 'namespaces',
  holds: { writes: 'private', programs: 'contained' },
  holdsNetwork: true,
  probe: async (python) => {
    if (process.platform !== 'linux') return 'only Linux has namespaces'
    return tryLayer(python, (argv, store) => {
      const config = { store, runtime: [], hidden: [], touched: [], network: false, storage: 'disk' } as const
      return launchWords('namespaces', python, config, { argv, cwd: join(store, '..'), folders: [] })
    })
  },
  open: async (options, facts) => {
    const { root, network, python } = options
    return layeredSandbox(options, facts, ({ store, shared, touched }) =>
      wrapBy('namespaces', python, {
        store,
        runtime: [shared],
        hidden: [join(root, FOLDER), join(userFolder(), 'machine.key')],
        touched: [root, ...usualFolders(), ...touched],
        network,
        storage: 'disk',
      }),
    )
  },
}
