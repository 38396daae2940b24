/** What the composition of the server is given, and what its parts share. */
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import type { Kernels } from '@yesterday/kernel-bridge'
import { restorer } from '../contract/session.ts'
import type { OpenDocument } from './document/ports.ts'
import type { Access } from './http/access.ts'
import { checkpointText } from './lineage/checkpoint-state.ts'
import { type CheckpointRequest, makeUnlessSame } from './lineage/make-checkpoint.ts'
import type { Project } from './project.ts'
import { refused } from './replay/targets.ts'
import { NOT_TRUSTED } from './setup/restricted-kernels.ts'

export interface ComposeOptions {
  readonly project: Project
  readonly access: Access
  readonly kernels: Kernels
  /** The built client's folder; null where no page is served. */
  readonly client: string | null
  /** The kernelspec of notebooks that name none. Default: the first of Python. */
  readonly defaultKernel?: string
  readonly version: string
  /** Trusts the project's history, and opens the project again. */
  readonly trust: () => Promise<void>
  readonly logError: (what: string, error: unknown) => void
  /** Of every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** A person did something. */
  readonly onActivity?: () => void
}

/** Makes a checkpoint of the server's own. A history that cannot be written, or is not ours, stops nothing else. */
export const checkpointOf =
  ({ store, untrusted }: Project, why: NonNullable<CheckpointRequest['why']>) =>
  async ({ id, path, doc }: OpenDocument): Promise<void> => {
    if (untrusted !== null) return
    const effects = { store, now: () => new Date().toISOString(), newId }
    const what = { name: basename(path), notebook: path, documentId: id, actor: restorer, why }
    await makeUnlessSame(effects, { ...what, ipynb: checkpointText(doc) }).catch(() => undefined)
  }

export const newId = (): string => randomBytes(10).toString('hex')

/** The answer to what a project that is not trusted may not do. */
export const NOT_DONE = refused('untrusted', NOT_TRUSTED, 'Trust it in the page, or start with --trust.')
