/** macOS' `sandbox-exec`: a copy of the project's files, cloned where the disk is APFS, which nothing leaves. */
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { FOLDER } from '../../store/project-folder.ts'
import { userFolder } from '../../user/user-folder.ts'
import { copiedSandbox } from './copied.ts'
import { copyEnvironment } from './copy-environment.ts'
import type { Member } from './isolation.ts'
import { tryLayer } from './probe.ts'
import { sandboxProfile } from './sandbox-profile.ts'

const PROGRAM = '/usr/bin/sandbox-exec'

export const sandboxExec: Member = {
  name: 'sandbox-exec',
  holds: { writes: 'refused', programs: 'contained' },
  holdsNetwork: true,
  probe: async (python) => {
    if (process.platform !== 'darwin') return 'only macOS has sandbox-exec'
    return tryLayer(python, async (argv, store) => {
      await mkdir(store, { recursive: true })
      return wordsOf([store], [], false, argv)
    })
  },
  open: async (options, facts) => {
    const { root, network } = options
    const hidden = [join(root, FOLDER), join(userFolder(), 'machine.key')]
    return copiedSandbox(options, facts, {
      wrap: (folder) => (command) => wordsOf([folder, ...command.folders], hidden, network, command.argv),
      env: copyEnvironment,
    })
  },
}

async function wordsOf(
  writable: readonly string[],
  hidden: readonly string[],
  network: boolean,
  argv: readonly string[],
): Promise<readonly string[]> {
  const real = (paths: readonly string[]) =>
    Promise.all(paths.map((path) => realpath(path).catch(() => path)))
  const profile = sandboxProfile({ writable: await real(writable), hidden: await real(hidden), network })
  return [PROGRAM, '-p', profile, ...argv]
}
