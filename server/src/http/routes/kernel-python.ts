/** The interpreter of a notebook's running kernel. */
import type { Kernels } from '@yesterday/kernel-bridge'
import type { Sessions } from '../../session/sessions.ts'

/** Null without a kernel, or for one of another language. */
export async function pythonOf(
  parts: {
    readonly kernels: Pick<Kernels, 'specs'>
    readonly sessions: Pick<Sessions, 'of' | 'withKernel'>
  },
  documentId: string,
): Promise<string | null> {
  const { kernels, sessions } = parts
  if (!sessions.withKernel().includes(documentId)) return null
  const { spec } = sessions.of(documentId).view().kernel
  const found = (await kernels.specs()).find(({ name }) => name === spec)
  return found?.language === 'python' ? (found.argv[0] ?? null) : null
}
