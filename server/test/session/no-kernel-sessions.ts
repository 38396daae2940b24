/** The sessions of a folder in which no kernel can start. */
import { createDocuments } from '../../src/document/documents.ts'
import { createSessions } from '../../src/session/sessions.ts'
import { openKernels } from '../../src/setup/open-kernels.ts'
import { openStore } from '../../src/store/open-store.ts'

export async function noKernelSessions(root: string) {
  const store = await openStore({ root })
  const documents = createDocuments({ root, updates: store.updates, objects: store.objects })
  const kernels = openKernels(root, { interpreters: [] })
  const sessions = createSessions({
    kernels,
    store,
    documents,
    root,
    defaultSpec: async () => 'none',
    prewarm: false,
  })
  return {
    store,
    documents,
    sessions,
    /** All but the store. */
    close: async () => {
      await sessions.close()
      await documents.close()
      await kernels.close({ shutdown: true })
    },
  }
}
