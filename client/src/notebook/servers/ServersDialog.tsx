/** Lists, adds, tests, changes and removes the Jupyter servers of the kernel menu. They are the person's own. */
import '../sql/sql.css'
import './servers.css'
import type { SavedServer, ServerDraft } from '@yesterday/server/contract/jupyter-servers.ts'
import { useId, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { t } from '../../text/text.ts'
import {
  hideServers,
  loadServers,
  removeServer,
  saveServer,
  servers,
  serversOpen,
  testServer,
} from './servers-store.ts'

/** Mounted always; shown while it is asked for. */
export function ServersDialog() {
  const isOpen = useSyncExternalStore(serversOpen.subscribe, serversOpen.get)
  return isOpen ? <OpenDialog /> : null
}

interface Entered {
  readonly id: string
  readonly title: string
  readonly url: string
  readonly token: string
  readonly ca: string
  readonly seconds: string
  readonly hasToken: boolean
}

const EMPTY: Entered = { id: '', title: '', url: '', token: '', ca: '', seconds: '10', hasToken: false }

const enteredOf = ({ id, title, url, hasToken, timeoutMs }: SavedServer): Entered => ({
  ...EMPTY,
  ...{ id, title, url, hasToken },
  seconds: String(timeoutMs / 1000),
})

/** What is empty was not entered: a saved token or certificate stays. */
function draftOf({ id, title, url, token, ca, seconds }: Entered): ServerDraft {
  const secret = token.trim() === '' ? {} : { token: token.trim() }
  const authority = ca.trim() === '' ? {} : { ca: ca.trim() }
  const timeoutMs = Math.round(Number(seconds) * 1000)
  return { title: title.trim() || id.trim(), url: url.trim(), timeoutMs, ...secret, ...authority }
}

function OpenDialog() {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  const [entered, setEntered] = useState(EMPTY)
  const [said, setSaid] = useState<string | null>(null)
  const { servers: all, problem } = useSyncExternalStore(servers.subscribe, servers.get)
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  const id = entered.id.trim()
  const save = async (): Promise<void> => {
    if (!(await saveServer(id, draftOf(entered)))) return
    setSaid(t('servers.saved', { title: entered.title.trim() || id }))
    setEntered(EMPTY)
  }
  const test = async (): Promise<void> => {
    setSaid(t('servers.testing'))
    const found = await testServer(id, draftOf(entered))
    const offers = found.kernels.length === 0 ? t('servers.none') : worksWith(found.kernels)
    setSaid(found.problem ?? offers)
  }
  return (
    <dialog ref={dialog} className="dialog connections" aria-labelledby={heading} onClose={hideServers}>
      <h2 id={heading}>{t('servers.title')}</h2>
      <p>{t('servers.hint')}</p>
      <List all={all} onEdit={(server) => setEntered(enteredOf(server))} />
      <form
        onSubmit={(event) => {
          event.preventDefault()
          setSaid(null)
          void save()
        }}
      >
        <Fields entered={entered} onChange={setEntered} />
        <p className="servers-said" role="status" data-problem={problem !== null}>
          {problem ?? said}
        </p>
        <div className="dialog-actions">
          {problem !== null && all === null && (
            <button type="button" className="button" onClick={loadServers}>
              {t('app.retry')}
            </button>
          )}
          <button type="button" className="button" onClick={hideServers}>
            {t('servers.close')}
          </button>
          <button type="button" className="button" disabled={id === ''} onClick={() => void test()}>
            {t('servers.test')}
          </button>
          <button type="submit" className="button button-primary" disabled={id === ''}>
            {t('servers.save')}
          </button>
        </div>
      </form>
    </dialog>
  )
}

const worksWith = (kernels: readonly string[]): string => t('servers.works', { kernels: kernels.join(', ') })

function Fields(props: { readonly entered: Entered; readonly onChange: (entered: Entered) => void }) {
  const { entered, onChange } = props
  const field = (name: keyof Omit<Entered, 'hasToken'>, label: string, more: object = {}) => (
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
  const kept = entered.hasToken ? { placeholder: t('servers.tokenKept') } : {}
  return (
    <>
      {field('url', t('servers.url'), { placeholder: 'https://lab.example.org:8888/', type: 'url' })}
      {field('token', t('servers.token'), { type: 'password', ...kept })}
      {field('id', t('servers.id'), { placeholder: 'lab' })}
      {field('title', t('servers.label'))}
      <details>
        <summary>{t('servers.more')}</summary>
        {field('seconds', t('servers.timeout'), { type: 'number', min: 1, max: 120 })}
        <label className="connections-field">
          {t('servers.ca')}
          <textarea
            className="field servers-ca"
            value={entered.ca}
            rows={4}
            spellCheck={false}
            placeholder="-----BEGIN CERTIFICATE-----"
            onChange={({ target }) => onChange({ ...entered, ca: target.value })}
          />
        </label>
      </details>
    </>
  )
}

function List(props: {
  readonly all: readonly SavedServer[] | null
  readonly onEdit: (server: SavedServer) => void
}) {
  const { all, onEdit } = props
  if (all === null) return null
  if (all.length === 0) return <p className="connections-empty">{t('servers.empty')}</p>
  return (
    <ul className="connections-list" aria-label={t('servers.title')}>
      {all.map((one) => (
        <li key={one.id}>
          <span>
            <strong>{one.title}</strong> <code>{one.url}</code>
          </span>
          <button
            type="button"
            className="button button-small button-quiet"
            aria-label={t('servers.edit', { title: one.title })}
            onClick={() => onEdit(one)}
          >
            {t('servers.change')}
          </button>
          <button
            type="button"
            className="button button-small button-quiet"
            aria-label={t('servers.remove', { title: one.title })}
            onClick={() => void removeServer(one.id)}
          >
            {t('servers.delete')}
          </button>
        </li>
      ))}
    </ul>
  )
}
