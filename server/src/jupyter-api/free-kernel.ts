/**
 * A kernel that a Jupyter client started, without a notebook of this project. It has a session of its own, so that what
 * runs in it is recorded, under the name that the client gives. Invariant: it ends with the server.
 */
import type { Kernels } from '@yesterday/kernel-bridge'
import * as Y from 'yjs'
import type { Actor } from '../../contract/actor.ts'
import { origin } from '../../contract/document.ts'
import { seedDocument } from '../document/document-form.ts'
import { Session } from '../session/session.ts'
import type { Store } from '../store/ports.ts'
import { SessionKernel } from './session-kernel.ts'

/** What every such session is made of. */
export interface FreeParts {
  readonly kernels: Kernels
  readonly store: Store
}

export interface FreeOptions {
  readonly id: string
  readonly specName: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** What the history calls its runs by: a path, which need not exist, or a name. */
  readonly name: string
  readonly actor: Actor
  readonly onEnded: () => void
}

const SERVER = { id: 'server', name: 'the server, as it stopped' }

export class FreeKernel extends SessionKernel {
  readonly owner = 'client'
  readonly path: string

  /** Settles when the kernel answers; rejects with the reason if it does not. */
  static async start(parts: FreeParts, options: FreeOptions): Promise<FreeKernel> {
    const doc = emptyDocument()
    const session = new Session({
      ...parts,
      doc,
      documentId: null,
      path: () => options.name,
      cwd: () => options.cwd,
      env: options.env,
      defaultSpec: async () => options.specName,
      allowStdin: true,
      prewarm: false,
    })
    const kernel = new FreeKernel(options, session, doc)
    session.start(options.specName, options.actor)
    await kernel.untilStarted()
    return kernel
  }

  private constructor({ id, name, onEnded }: FreeOptions, session: Session, doc: Y.Doc) {
    super(id, { session, doc, leave: () => undefined }, onEnded)
    this.path = name
  }

  /** The server stops. */
  async close(): Promise<void> {
    await this.shutdown(SERVER)
  }
}

/** Without cells: what a client runs is of none. */
function emptyDocument(): Y.Doc {
  const doc = new Y.Doc()
  const form = { nbformat: 4, minor: 5, metadata: {}, cells: [] }
  doc.transact(() => seedDocument(doc, form), origin.server)
  return doc
}
