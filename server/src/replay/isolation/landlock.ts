/** Linux Landlock and seccomp, where ordinary users get no namespaces: a copy of the files that nothing leaves. */
import { join } from 'node:path'
import { copiedSandbox } from './copied.ts'
import { copyEnvironment } from './copy-environment.ts'
import type { Member } from './isolation.ts'
import { launchWords, wrapBy } from './launcher.ts'
import { tryLayer } from './probe.ts'

export const landlock: Member = {
  name: 'landlock',
  holds: { writes: 'refused', programs: 'contained' },
  holdsNetwork: true,
  probe: async (python) => {
    if (process.platform !== 'linux') return 'only Linux has Landlock'
    return tryLayer(python, (argv, store) => {
      const config = { store, runtime: [], hidden: [], touched: [], network: false, storage: 'disk' } as const
      return launchWords('landlock', python, config, { argv, cwd: join(store, '..'), folders: [] })
    })
  },
  open: async (options, facts) => {
    const { network, python } = options
    return copiedSandbox(options, facts, {
      wrap: (folder) =>
        wrapBy('landlock', python, {
          store: join(folder, 'launch'),
          runtime: [folder],
          hidden: [],
          touched: [],
          network,
          storage: 'disk',
        }),
      env: copyEnvironment,
    })
  },
}
