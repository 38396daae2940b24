/** The kernel of a notebook's session, the one that the page shows. */
import type { Visit } from '../session/sessions.ts'
import { uuidOf } from './hosted-kernel.ts'
import { SessionKernel } from './session-kernel.ts'

/** The id of the kernel of a notebook. */
export const notebookKernelId = (documentId: string): string => uuidOf('kernel', documentId)

export class NotebookKernel extends SessionKernel {
  readonly owner = 'notebook'
  readonly visit: Visit

  constructor(visit: Visit, onEnded: () => void) {
    const { session, document, leave } = visit
    super(notebookKernelId(document.id), { session, doc: document.doc, leave }, onEnded)
    this.visit = visit
  }

  /** Follows renames. */
  get path(): string {
    return this.visit.document.path
  }
}
