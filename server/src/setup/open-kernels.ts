/** Opens a project's kernels: where they run, and what proves that a process is one of them. */
import { join } from 'node:path'
import { createKernels, type Kernels, type KernelsOptions, type Signer } from '@yesterday/kernel-bridge'
import { fingerprintKey } from '../secrets/secrets.ts'
import { FOLDER } from '../store/project-folder.ts'
import { signerFor } from '../user/machine-key.ts'
import { workspaceOf } from '../user/workspace.ts'

/** `root` is a project that is ours: its storage is open. */
export const openKernels = (root: string, options: Omit<KernelsOptions, 'runtimeDir' | 'signer'>): Kernels =>
  createKernels({
    environment: kernelEnvironment(process.env),
    ...options,
    agentOptions: { maskKey: fingerprintKey(), ...options.agentOptions },
    runtimeDir: join(root, FOLDER, 'kernels'),
    signer: processSigner(root),
  })

/** The server's own token is not for the code that runs in kernels. */
export function kernelEnvironment({ YESTERDAY_TOKEN: _, ...rest }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return rest
}

/** Records of one workspace prove nothing in another. */
function processSigner(root: string): Signer {
  const workspace = workspaceOf(join(root, FOLDER))
  if (workspace.kind !== 'own') throw new Error(`${root} has no kernels: its history is not ours`)
  return signerFor('process', workspace.id)
}
