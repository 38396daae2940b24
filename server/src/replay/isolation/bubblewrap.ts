/** bubblewrap, where the system lets it make user namespaces: the same private layers as by namespaces. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FOLDER } from '../../store/project-folder.ts'
import { userFolder } from '../../user/user-folder.ts'
import type { Member } from './isolation.ts'
import { launchWords, usualFolders, wrapBy } from './launcher.ts'
import { layeredSandbox } from './layered.ts'
import { tryLayer } from './probe.ts'

/** What bubblewrap writes to `--info-fd`. */
const Info = z.object({ 'child-pid': z.number().int() })

export const bubblewrap: Member = {
  name: 'bubblewrap',
  holds: { writes: 'private', programs: 'contained' },
  holdsNetwork: true,
  probe: async (python) => {
    if (process.platform !== 'linux') return 'only Linux has bubblewrap'
    return tryLayer(python, (argv, store) => {
      const runtime = [join(store, 'shared')]
      const config = { store, runtime, hidden: [], touched: [], network: false, storage: 'disk' } as const
      return launchWords('bubblewrap', python, config, { argv, cwd: join(store, '..'), folders: [] })
    })
  },
  open: async (options, facts) => {
    const { root, network, python } = options
    return layeredSandbox(
      options,
      facts,
      ({ store, shared, touched }) =>
        wrapBy('bubblewrap', python, {
          store,
          runtime: [shared],
          hidden: [join(root, FOLDER), join(userFolder(), 'machine.key')],
          touched: [root, ...usualFolders(), ...touched],
          network,
          storage: 'disk',
        }),
      {
        controlIn: 'shared',
        pidOf: async (store) =>
          Info.parse(JSON.parse(await readFile(join(store, 'info.json'), 'utf8')))['child-pid'],
      },
    )
  },
}
