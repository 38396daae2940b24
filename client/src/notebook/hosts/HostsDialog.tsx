/** Lists, adds, tests, changes and removes the machines by SSH of the kernel menu. They are the person's own. */
import '../sql/sql.css'
import '../servers/servers.css'
import type { HostDraft, HostTest, SavedHost } from '@yesterday/server/contract/ssh-hosts.ts'
import { useId, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { t } from '../../text/text.ts'
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
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  const [entered, setEntered] = useState(EMPTY)
  const [said, setSaid] = useState<string | null>(null)
  const { hosts: all, configured, problem } = useSyncExternalStore(hosts.subscribe, hosts.get)
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  const id = idOf(entered)
  const test = async (begins: 'hosts.testing' | 'hosts.saved'): Promise<void> => {
    const draft = draftOf(entered)
    setSaid(t(begins, { title: draft.title }))
    setSaid(testText(draft.title, await testHost(id, draft)))
  }
  const save = async (): Promise<void> => {
    if (!(await saveHost(id, draftOf(entered)))) return
    setEntered(EMPTY)
    await test('hosts.saved')
  }
  return (
    <dialog ref={dialog} className="dialog connections" aria-labelledby={heading} onClose={hideHosts}>
      <h2 id={heading}>{t('hosts.title')}</h2>
      <p>{t('hosts.hint')}</p>
      <List all={all} onEdit={(host) => setEntered(enteredOf(host))} />
      <form
        onSubmit={(event) => {
          event.preventDefault()
          setSaid(null)
          void save()
        }}
      >
        <Fields entered={entered} id={id} configured={configured} onChange={setEntered} />
        <p className="servers-said" role="status" data-problem={problem !== null}>
          {problem ?? said}
        </p>
        <div className="dialog-actions">
          {problem !== null && all === null && (
            <button type="button" className="button" onClick={loadHosts}>
              {t('app.retry')}
            </button>
          )}
          <button type="button" className="button" onClick={hideHosts}>
            {t('hosts.close')}
          </button>
          <button
            type="button"
            className="button"
            disabled={id === ''}
            onClick={() => void test('hosts.testing')}
          >
            {t('hosts.test')}
          </button>
          <button type="submit" className="button button-primary" disabled={id === ''}>
            {t('hosts.save')}
          </button>
        </div>
      </form>
    </dialog>
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
  const field = (name: keyof Entered, label: string, more: object = {}) => (
    <label className="connections-field">
      {label}
      <input
        className="field"
        value={entered[name]}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        onChange={({ target }) => onChange({ ...entered, [name]: target.value })}
        {...more}
      />
    </label>
  )
  return (
    <>
      {field('target', t('hosts.target'), { placeholder: 'ada@gpu1.example.org', list: names })}
      <datalist id={names}>
        {configured.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {field('id', t('hosts.id'), { placeholder: id || 'gpu1' })}
      {field('python', t('hosts.python'), { placeholder: '~/venv' })}
      <details>
        <summary>{t('hosts.more')}</summary>
        {field('title', t('hosts.label'), { placeholder: id })}
        {field('folder', t('hosts.folder'), { placeholder: '~' })}
        {field('port', t('hosts.port'), { type: 'number', min: 1, max: 65_535, placeholder: '22' })}
      </details>
    </>
  )
}

function List(props: {
  readonly all: readonly SavedHost[] | null
  readonly onEdit: (host: SavedHost) => void
}) {
  const { all, onEdit } = props
  if (all === null) return null
  if (all.length === 0) return <p className="connections-empty">{t('hosts.empty')}</p>
  return (
    <ul className="connections-list" aria-label={t('hosts.title')}>
      {all.map((one) => (
        <li key={one.id}>
          <span>
            <strong>{one.title}</strong> <code>{one.target}</code>
          </span>
          <button
            type="button"
            className="button button-small button-quiet"
            aria-label={t('hosts.edit', { title: one.title })}
            onClick={() => onEdit(one)}
          >
            {t('hosts.change')}
          </button>
          <button
            type="button"
            className="button button-small button-quiet"
            aria-label={t('hosts.remove', { title: one.title })}
            onClick={() => void removeHost(one.id)}
          >
            {t('hosts.delete')}
          </button>
        </li>
      ))}
    </ul>
  )
}
