/** The providers of kernels: one line each. The first one that serves a kernelspec starts its kernels. */
import type { MakeProvider } from '../provider.ts'
import { jupyterProvider } from './jupyter.ts'
import { localProvider } from './local.ts'
import { slurmProvider } from './slurm.ts'
import { sshProvider } from './ssh.ts'

export const PROVIDERS: readonly MakeProvider[] = [localProvider, jupyterProvider, sshProvider, slurmProvider]
