/** Lists, adds, tests, changes and removes the Slurm partitions of the kernel menu. They are the person's own. */
import './slurm.css'
import type { SavedSlurm, SlurmCluster, SlurmDraft } from '@yesterday/server/contract/slurm.ts'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { t } from '../../text/text.ts'
import { hosts, loadHosts } from '../hosts/hosts-store.ts'
import { fieldsOf, PlaceDialog, PlaceList } from '../servers/PlaceDialog.tsx'
import { hideSlurm, loadCluster, removeSlurm, saveSlurm, slurm, slurmOpen, testSlurm } from './slurm-store.ts'

/** Mounted always; shown while it is asked for. */
export function SlurmDialog() {
  const isOpen = useSyncExternalStore(slurmOpen.subscribe, slurmOpen.get)
  return isOpen ? <OpenDialog /> : null
}

const FIELDS = [
  ...(['id', 'title', 'host', 'partition', 'account', 'time', 'cpus', 'gpus', 'memory'] as const),
  ...(['python', 'folder', 'extra'] as const),
]
type Field = (typeof FIELDS)[number]
type Entered = Readonly<Record<Field, string>>

const EMPTY: Entered = {
  ...{ id: '', title: '', host: '', partition: '', account: '', time: '', cpus: '', gpus: '', memory: '' },
  ...{ python: '', folder: '', extra: '' },
}

function enteredOf({ id, title, folder, cpus, extra, ...words }: SavedSlurm): Entered {
  const { host, partition, account, time, gpus, memory, python } = words
  const text = (word: string | null): string => word ?? ''
  return {
    ...{ id, title, folder, extra: extra.join(' '), cpus: cpus === null ? '' : String(cpus) },
    ...{ host: text(host), partition: text(partition), account: text(account), time: text(time) },
    ...{ gpus: text(gpus), memory: text(memory), python: text(python) },
  }
}

function draftOf({ id, title, cpus, folder, extra, ...words }: Entered): SlurmDraft {
  const word = (text: string): string | null => text.trim() || null
  const { host, partition, account, time, gpus, memory, python } = words
  return {
    ...{ title: title.trim() || id.trim(), folder: folder.trim() || '~' },
    ...{ cpus: cpus === '' ? null : Number(cpus), extra: extra.split(/\s+/).filter((one) => one !== '') },
    ...{ host: word(host), partition: word(partition), account: word(account), time: word(time) },
    ...{ gpus: word(gpus), memory: word(memory), python: word(python) },
  }
}

function OpenDialog() {
  const [entered, setEntered] = useState(EMPTY)
  const [said, setSaid] = useState<string | null>(null)
  const { entries, cluster, problem } = useSyncExternalStore(slurm.subscribe, slurm.get)
  useEffect(loadHosts, [])
  const enter = (next: Entered): void => {
    if (next.host !== entered.host) loadCluster(next.host || null)
    setEntered(next)
  }
  const id = entered.id.trim()
  const save = async (): Promise<void> => {
    setSaid(null)
    if (!(await saveSlurm(id, draftOf(entered)))) return
    setSaid(t('servers.saved', { title: entered.title.trim() || id }))
    enter(EMPTY)
  }
  const test = async (): Promise<void> => {
    setSaid(t('slurm.testing'))
    setSaid((await testSlurm(id, draftOf(entered))) ?? t('slurm.works'))
  }
  return (
    <PlaceDialog
      title={t('slurm.title')}
      hint={t('slurm.hint')}
      list={
        <PlaceList
          title={t('slurm.title')}
          empty={t('slurm.empty')}
          all={entries}
          detailOf={({ host, partition }) =>
            [host, partition ?? t('slurm.anyPartition')].filter((one) => one !== null).join(': ')
          }
          onEdit={(entry) => enter(enteredOf(entry))}
          onRemove={(one) => void removeSlurm(one)}
        />
      }
      {...{ problem, said, isNamed: id !== '' }}
      onSave={() => void save()}
      onTest={() => void test()}
      onClose={hideSlurm}
    >
      <Fields entered={entered} cluster={cluster} onChange={enter} />
    </PlaceDialog>
  )
}

interface FieldsProps {
  readonly entered: Entered
  readonly cluster: SlurmCluster | null
  readonly onChange: (entered: Entered) => void
}

function Fields({ entered, cluster, onChange }: FieldsProps) {
  const field = fieldsOf(entered, (name, value) => onChange({ ...entered, [name]: value }))
  return (
    <>
      <LoginHost entered={entered} onChange={onChange} />
      <Partitions entered={entered} cluster={cluster} onChange={onChange} />
      <div className="slurm-limits">
        {field('time', t('slurm.time'), { placeholder: '4:00:00' })}
        {field('cpus', t('slurm.cpus'), { placeholder: '4', type: 'number', min: 1, max: 4096 })}
        {field('gpus', t('slurm.gpus'), { placeholder: '1' })}
        {field('memory', t('slurm.memory'), { placeholder: '16G' })}
      </div>
      {field('python', t('slurm.python'), { placeholder: '~/envs/torch' })}
      <div className="slurm-limits">
        {field('id', t('servers.id'), { placeholder: 'gpu' })}
        {field('title', t('servers.label'))}
      </div>
      <details>
        <summary>{t('servers.more')}</summary>
        {field('account', t('slurm.account'))}
        {field('folder', t('slurm.folder'), { placeholder: '~' })}
        {field('extra', t('slurm.extra'), { placeholder: '--qos=high --constraint=a100' })}
      </details>
    </>
  )
}

/** Shown where there is a choice: machines by SSH were added. */
function LoginHost({ entered, onChange }: Omit<FieldsProps, 'cluster'>) {
  const all = useSyncExternalStore(hosts.subscribe, hosts.get).hosts ?? []
  const { host } = entered
  if (all.length === 0 && host === '') return null
  return (
    <label className="connections-field">
      {t('slurm.host')}
      <select
        className="field slurm-partition"
        value={host}
        onChange={({ target }) => onChange({ ...entered, host: target.value, partition: '' })}
      >
        <option value="">{t('slurm.hostHere')}</option>
        {host !== '' && !all.some(({ id }) => id === host) && <option value={host}>{host}</option>}
        {all.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  )
}

function Partitions({ entered, cluster, onChange }: FieldsProps) {
  const { partition } = entered
  const isListed = partition === '' || cluster?.partitions.some(({ name }) => name === partition) === true
  return (
    <>
      <label className="connections-field">
        {t('slurm.partition')}
        <select
          className="field slurm-partition"
          value={partition}
          onChange={({ target }) => onChange({ ...entered, partition: target.value })}
        >
          <option value="">{t('slurm.anyPartition')}</option>
          {!isListed && <option value={partition}>{partition}</option>}
          {cluster?.partitions.map((one) => (
            <option key={one.name} value={one.name}>
              {offerText(one)}
            </option>
          ))}
        </select>
      </label>
      {cluster === null && <p className="connections-empty">{t('slurm.loading')}</p>}
      {cluster !== null && cluster.problem !== null && (
        <p className="connections-problem">{cluster.problem}</p>
      )}
    </>
  )
}

function offerText({ name, isUp, timeLimit: limit, idleNodes: idle, nodes, cpus, gres }: Partition): string {
  if (!isUp) return t('slurm.down', { name })
  const values = { name, limit, idle, nodes, cpus }
  return gres === null ? t('slurm.offer', values) : t('slurm.offerGres', { ...values, gres })
}
type Partition = SlurmCluster['partitions'][number]
