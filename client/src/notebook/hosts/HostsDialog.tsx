/** Lists, adds, tests, changes and removes the machines by SSH of the kernel menu. They are the person's own. */
import type { HostDraft, HostTest, SavedHost } from '@yesterday/server/contract/ssh-hosts.ts'
import { useId, useState, useSyncExternalStore } from 'react'
import { t } from '../../text/text.ts'
import { fieldsOf, PlaceDialog, PlaceList } from '../servers/PlaceDialog.tsx'
import { hideHosts, hosts, hostsOpen, loadHosts, removeHost, saveHost, testHost } from './hosts-store.ts'

/** Mounted always; shown while it is asked for. */
export function HostsDialog() {
  const isOpen = useSyncExternalStore(hostsOpen.subscribe, hostsOpen.get)
  return isOpen ? <OpenDialog /> : null
}

interface Entered {
  readonly target: string
  readonly id: string
  readonly title: string
  readonly port: string
  readonly python: string
  readonly folder: string
}

const EMPTY: Entered = { target: '', id: '', title: '', port: '', python: '', folder: '' }

const enteredOf = ({ id, title, target, port, python, folder }: SavedHost): Entered => ({
  ...{ id, title, target, folder },
  port: port === null ? '' : String(port),
  python: python ?? '',
})

/** The first part of the host's name, until another one is typed. */
const idOf = ({ id, target }: Entered): string =>
  id.trim() ||
  target
    .trim()
    .replace(/^.*@/, '')
    .replace(/\..*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)

function draftOf(entered: Entered): HostDraft {
  const { title, target, port, python, folder } = entered
  return {
    title: title.trim() || idOf(entered),
    target: target.trim(),
    port: port.trim() === '' ? null : Number(port),
    python: python.trim() || null,
    folder: folder.trim() || '~',
  }
}

function OpenDialog() {
  const [entered, setEntered] = useState(EMPTY)
  const [said, setSaid] = useState<string | null>(null)
  const { hosts: all, configured, problem } = useSyncExternalStore(hosts.subscribe, hosts.get)
  const id = idOf(entered)
  const test = async (begins: 'hosts.testing' | 'hosts.saved'): Promise<void> => {
    const draft = draftOf(entered)
    setSaid(t(begins, { title: draft.title }))
    setSaid(testText(draft.title, await testHost(id, draft)))
  }
  const save = async (): Promise<void> => {
    setSaid(null)
    if (!(await saveHost(id, draftOf(entered)))) return
    setEntered(EMPTY)
    await test('hosts.saved')
  }
  return (
    <PlaceDialog
      title={t('hosts.title')}
      hint={t('hosts.hint')}
      list={
        <PlaceList
          title={t('hosts.title')}
          empty={t('hosts.empty')}
          all={all}
          detailOf={({ target }) => target}
          onEdit={(host) => setEntered(enteredOf(host))}
          onRemove={(one) => void removeHost(one)}
        />
      }
      {...{ problem, said, isNamed: id !== '' }}
      onSave={() => void save()}
      onTest={() => void test('hosts.testing')}
      onClose={hideHosts}
      onRetry={problem !== null && all === null ? loadHosts : null}
    >
      <Fields entered={entered} id={id} configured={configured} onChange={setEntered} />
    </PlaceDialog>
  )
}

function testText(title: string, { kernels, machine, problem }: HostTest): string {
  if (problem !== null || machine === null) return problem ?? ''
  const memory = `${Math.round(machine.memory / 2 ** 30)} GiB`
  const gpus = machine.gpus.map(({ name }) => `, ${name}`).join('')
  return t('hosts.works', { title, kernels: kernels.join(', '), cpus: machine.cpus, memory, gpus })
}

function Fields(props: {
  readonly entered: Entered
  readonly id: string
  readonly configured: readonly string[]
  readonly onChange: (entered: Entered) => void
}) {
  const { entered, id, configured, onChange } = props
  const names = useId()
  const field = fieldsOf(entered, (name, value) => onChange({ ...entered, [name]: value }))
  return (
    <>
      {field('target', t('hosts.target'), { placeholder: 'ada@gpu1.example.org', list: names })}
      <datalist id={names}>
        {configured.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {field('id', t('servers.id'), { placeholder: id || 'gpu1' })}
      {field('python', t('hosts.python'), { placeholder: '~/venv' })}
      <details>
        <summary>{t('servers.more')}</summary>
        {field('title', t('servers.label'), { placeholder: id })}
        {field('folder', t('hosts.folder'), { placeholder: '~' })}
        {field('port', t('hosts.port'), { type: 'number', min: 1, max: 65_535, placeholder: '22' })}
      </details>
    </>
  )
}
