/** Every kernel of the project with what it uses, and the machine below them. */
import './machines.css'
import type { KernelUse, Machines } from '@yesterday/server/contract/machines.ts'
import { mayActAs } from '@yesterday/server/contract/route.ts'
import { useState, useSyncExternalStore } from 'react'
import { useNotebook } from '../../access/context.ts'
import { locale } from '../../text/locale.ts'
import { t } from '../../text/text.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { Time } from '../../ui/Time.tsx'
import { sizeText } from '../../ui/time.ts'
import { PanelHead } from '../PanelHead.tsx'
import { Meter } from './Meter.tsx'
import { machines, stopKernel } from './machine-store.ts'

const size = (bytes: number | null): string => (bytes === null ? '–' : sizeText(bytes, locale))
const percent = (value: number | null): string =>
  value === null ? '–' : t('machines.percent', { n: Math.round(value) })

export function MachinesPanel() {
  const { opened } = useNotebook()
  const { machines: all, problem } = useSyncExternalStore(machines.subscribe, machines.get)
  const [asked, setAsked] = useState<KernelUse | null>(null)
  const mayStop = mayActAs(opened.role, 'runner')
  return (
    <div className="machines">
      <PanelHead title={t('machines.title')} />
      {problem !== null && (
        <p className="machines-note" role="status">
          {problem}
        </p>
      )}
      {all === null ? (
        problem === null && <p className="machines-note">{t('machines.waiting')}</p>
      ) : (
        <>
          {all.isMemoryShort && (
            <p className="machines-short" role="alert">
              {t('machines.short')} {t('machines.shortHint')}
            </p>
          )}
          <Kernels kernels={all.kernels} own={opened.documentId} onStop={mayStop ? setAsked : null} />
          <Host host={all.host} />
        </>
      )}
      {asked !== null && (
        <Dialog
          title={t('machines.stopTitle', { path: asked.path })}
          action={t('machines.stop')}
          danger
          onClose={() => setAsked(null)}
          onAction={() => {
            void stopKernel(asked.document)
            setAsked(null)
          }}
        >
          <p>{t('machines.stopHint')}</p>
        </Dialog>
      )}
    </div>
  )
}

function Kernels(props: {
  readonly kernels: readonly KernelUse[]
  readonly own: string
  readonly onStop: ((kernel: KernelUse) => void) | null
}) {
  const { kernels, own, onStop } = props
  if (kernels.length === 0) return <p className="machines-note">{t('machines.none')}</p>
  return (
    <ul className="machines-kernels" aria-label={t('machines.kernels')}>
      {kernels.map((kernel) => (
        <li key={kernel.document} aria-current={kernel.document === own}>
          <span className="machines-path">{kernel.path}</span>
          {onStop !== null && (
            <button
              type="button"
              className="button button-small"
              aria-label={t('machines.stopOf', { path: kernel.path })}
              onClick={() => onStop(kernel)}
            >
              {t('machines.stop')}
            </button>
          )}
          <span className="machines-facts">
            <span>{t(`kernel.${kernel.state}`)}</span>
            {kernel.use !== null && <span>{size(kernel.use.memory)}</span>}
            {kernel.use !== null && <span>{t('machines.cpuOf', { cpu: percent(kernel.use.cpu) })}</span>}
            {kernel.use?.gpuMemory != null && (
              <span>{t('machines.gpuOf', { size: size(kernel.use.gpuMemory) })}</span>
            )}
            {kernel.use !== null && kernel.use.processes > 1 && (
              <span>{t('machines.processes', { n: kernel.use.processes })}</span>
            )}
            {kernel.startedBy !== null && <span>{kernel.startedBy.name}</span>}
            {kernel.started !== null && <Time iso={kernel.started} />}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Host({ host }: Pick<Machines, 'host'>) {
  const { memoryUsed, memoryTotal, diskFree, diskTotal } = host
  const diskUsed = diskFree === null || diskTotal === null ? null : diskTotal - diskFree
  return (
    <section className="machines-host" aria-label={t('machines.machine')}>
      <h3>{t('machines.machine')}</h3>
      <Meter
        name={t(host.isLimited ? 'machines.limit' : 'machines.memory')}
        used={memoryUsed}
        total={memoryTotal}
        text={t('machines.of', { used: size(memoryUsed), total: size(memoryTotal) })}
      />
      <Meter
        name={t('machines.cpu')}
        used={host.cpu}
        total={host.cores * 100}
        text={t('machines.cores', { cpu: percent(host.cpu), count: host.cores })}
      />
      {diskTotal !== null && (
        <Meter
          name={t('machines.disk')}
          used={diskUsed}
          total={diskTotal}
          text={t('machines.free', { free: size(diskFree) })}
        />
      )}
      {host.gpus.map((gpu, place) => (
        <Meter
          // biome-ignore lint/suspicious/noArrayIndexKey: GPUs of one name have no other key, and their order stays
          key={place}
          name={gpu.name}
          used={gpu.memoryUsed}
          total={gpu.memoryTotal}
          text={t('machines.gpu', {
            used: size(gpu.memoryUsed),
            total: size(gpu.memoryTotal),
            busy: percent(gpu.busy),
          })}
        />
      ))}
    </section>
  )
}
