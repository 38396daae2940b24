/** Lists, adds, tests, changes and removes the Jupyter servers of the kernel menu. They are the person's own. */
import type { SavedServer, ServerDraft } from '@yesterday/server/contract/jupyter-servers.ts'
import { useState, useSyncExternalStore } from 'react'
import { t } from '../../text/text.ts'
import { fieldsOf, PlaceDialog, PlaceList } from './PlaceDialog.tsx'
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
}

const EMPTY: Entered = { id: '', title: '', url: '', token: '', ca: '', seconds: '10' }

const enteredOf = ({ id, title, url, timeoutMs }: SavedServer): Entered => ({
  ...EMPTY,
  ...{ id, title, url },
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
  const [entered, setEntered] = useState(EMPTY)
  const [said, setSaid] = useState<string | null>(null)
  const { servers: all, problem } = useSyncExternalStore(servers.subscribe, servers.get)
  const id = entered.id.trim()
  const save = async (): Promise<void> => {
    setSaid(null)
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
    <PlaceDialog
      title={t('servers.title')}
      hint={t('servers.hint')}
      list={
        <PlaceList
          title={t('servers.title')}
          empty={t('servers.empty')}
          all={all}
          detailOf={({ url }) => url}
          onEdit={(server) => setEntered(enteredOf(server))}
          onRemove={(one) => void removeServer(one)}
        />
      }
      {...{ problem, said, isNamed: id !== '' }}
      onSave={() => void save()}
      onTest={() => void test()}
      onClose={hideServers}
      onRetry={problem !== null && all === null ? loadServers : null}
    >
      <Fields
        entered={entered}
        hasToken={all?.find((one) => one.id === id)?.hasToken === true}
        onChange={setEntered}
      />
    </PlaceDialog>
  )
}

const worksWith = (kernels: readonly string[]): string => t('servers.works', { kernels: kernels.join(', ') })

function Fields(props: {
  readonly entered: Entered
  readonly hasToken: boolean
  readonly onChange: (entered: Entered) => void
}) {
  const { entered, hasToken, onChange } = props
  const field = fieldsOf(entered, (name, value) => onChange({ ...entered, [name]: value }))
  const kept = hasToken ? { placeholder: t('servers.tokenKept') } : {}
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
