/** The memory and CPU of the notebook's kernel in a few characters. Nothing while it has no kernel. */
import './machines.css'
import { useContext, useSyncExternalStore } from 'react'
import { NotebookContext } from '../../access/context.ts'
import type { Observable } from '../../state/observable.ts'
import { locale } from '../../text/locale.ts'
import { t } from '../../text/text.ts'
import { sizeText } from '../../ui/time.ts'
import { machines } from './machine-store.ts'

export function KernelGlance() {
  const notebook = useContext(NotebookContext)
  return notebook === null ? null : (
    <Glance document={notebook.opened.documentId} session={notebook.session} />
  )
}

interface View {
  readonly kernel: { readonly state: string }
}

function Glance(props: { readonly document: string; readonly session: Observable<View> }) {
  const isThere = useSyncExternalStore(
    props.session.subscribe,
    () => !['none', 'dead'].includes(props.session.get().kernel.state),
  )
  return isThere ? <Numbers document={props.document} /> : null
}

function Numbers({ document }: { readonly document: string }) {
  const { machines: all } = useSyncExternalStore(machines.subscribe, machines.get)
  const use = all?.kernels.find((kernel) => kernel.document === document)?.use
  if (all === null || !use) return null
  const [memory, cpu] = [sizeText(use.memory, locale), use.cpu === null ? null : Math.round(use.cpu)]
  return (
    <span className="kernel-glance" data-short={all.isMemoryShort}>
      <span title={t('machines.kernelMemory')}>{memory}</span>
      {cpu !== null && <span title={t('machines.cpu')}>{t('machines.percent', { n: cpu })}</span>}
    </span>
  )
}
