/** Opens a project's kernels: where they run, and what proves that a process is one of them. */
import { join } from 'node:path'
import {
  type Connections,
  createKernels,
  type Kernels,
  type KernelsOptions,
  type Signer,
} from '@yesterday/kernel-bridge'
import { OWN_TOKENS } from '../secrets/own-tokens.ts'
import { fingerprintKey } from '../secrets/secrets.ts'
import { FOLDER } from '../store/project-folder.ts'
import { usableServers } from '../user/jupyter-servers.ts'
import { signerFor } from '../user/machine-key.ts'
import { usableSlurm } from '../user/slurm.ts'
import { usableHosts } from '../user/ssh-hosts.ts'
import { workspaceOf } from '../user/workspace.ts'

/** `root` is a project that is ours: its storage is open. */
export const openKernels = (root: string, options: Omit<KernelsOptions, 'runtimeDir' | 'signer'>): Kernels =>
  createKernels({
    connections,
    environment: kernelEnvironment(process.env),
    ...options,
    agentOptions: { maskKey: fingerprintKey(), ...options.agentOptions },
    runtimeDir: join(root, FOLDER, 'kernels'),
    signer: processSigner(root),
  })

/** Read at each question: the page and the command line may change them. */
const connections: Connections = {
  list: (provider) => {
    if (provider === 'jupyter') return usableServers()
    if (provider === 'ssh') return usableHosts()
    return provider === 'slurm' ? usableSlurm() : []
  },
}

/** Tokens of the server are not for the code that runs in kernels. */
export const kernelEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !OWN_TOKENS.includes(name)))

/** Records of one workspace prove nothing in another. */
export function processSigner(root: string): Signer {
  const workspace = workspaceOf(join(root, FOLDER))
  if (workspace.kind !== 'own') throw new Error(`${root} has no kernels: its history is not ours`)
  return signerFor('process', workspace.id)
}
