/** Chooses what reaches the person outside of the page, and where. */
import './notify.css'
import {
  NOTIFICATION_KINDS,
  type NotificationSettings,
  type NotificationState,
} from '@yesterday/server/contract/notifications.ts'
import { useState, useSyncExternalStore } from 'react'
import { locale } from '../../text/locale.ts'
import { t } from '../../text/text.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { notify } from '../../ui/notices.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import {
  hideNotificationSettings,
  loadNotificationSettings,
  notificationsShown,
  saveNotificationSettings,
} from './notification-store.ts'

/** Mounted always; shown while it is asked for. */
export function NotificationDialog() {
  const { isOpen, state, problem } = useSyncExternalStore(
    notificationsShown.subscribe,
    notificationsShown.get,
  )
  if (!isOpen) return null
  if (state !== null) return <Settings key={state.secret} state={state} />
  return (
    <Dialog title={t('notify.title')} onClose={hideNotificationSettings}>
      {problem === null ? (
        <p>{t('app.loading')}</p>
      ) : (
        <ProblemBox
          title={t('notify.failed')}
          problem={problem}
          onRetry={() => void loadNotificationSettings()}
        />
      )}
    </Dialog>
  )
}

function Settings({ state }: { readonly state: NotificationState }) {
  const { offers, secret } = state
  const [draft, setDraft] = useState<NotificationSettings>({ ...state.settings, language: locale })
  const { problem } = useSyncExternalStore(notificationsShown.subscribe, notificationsShown.get)
  if (!offers.email && !offers.webhook)
    return (
      <Dialog title={t('notify.title')} onClose={hideNotificationSettings}>
        <p>{t('notify.off')}</p>
        <p>{t('notify.offHint')}</p>
      </Dialog>
    )
  const save = async (): Promise<void> => {
    if (!(await saveNotificationSettings(draft))) return
    notify('info', t('notify.saved'))
    // A new webhook has a new secret, which is shown before the dialog closes.
    if (draft.webhook === null || draft.webhook === state.settings.webhook) hideNotificationSettings()
  }
  return (
    <Dialog
      title={t('notify.title')}
      action={t('notify.save')}
      onClose={hideNotificationSettings}
      onAction={() => void save()}
    >
      <Kinds draft={draft} onChange={setDraft} />
      {offers.email && (
        <Address
          label={t('notify.email')}
          type="email"
          value={draft.email}
          placeholder="ada@example.org"
          onChange={(email) => setDraft({ ...draft, email })}
        />
      )}
      {offers.webhook && (
        <Address
          label={t('notify.webhook')}
          type="url"
          value={draft.webhook}
          placeholder="https://example.org/hook"
          onChange={(webhook) => setDraft({ ...draft, webhook })}
        />
      )}
      {secret !== null && (
        <p className="notify-secret">
          {t('notify.secret')} <code>{secret}</code>
        </p>
      )}
      {state.lost !== null && <p role="status">{t('notify.lost', { file: state.lost })}</p>}
      {state.problem !== null && <p role="status">{t('notify.lastFailed', { why: state.problem })}</p>}
      {problem !== null && <ProblemBox title={t('notify.notSaved')} problem={problem} />}
    </Dialog>
  )
}

function Kinds(props: {
  readonly draft: NotificationSettings
  readonly onChange: (draft: NotificationSettings) => void
}) {
  const { draft, onChange } = props
  return (
    <fieldset className="notify-kinds">
      <legend>{t('notify.kinds')}</legend>
      {NOTIFICATION_KINDS.map((kind) => (
        <label key={kind}>
          <input
            type="checkbox"
            checked={draft.kinds.includes(kind)}
            onChange={({ target }) => {
              const others = draft.kinds.filter((one) => one !== kind)
              onChange({ ...draft, kinds: target.checked ? [...others, kind] : others })
            }}
          />
          {t(`notify.${kind}`)}
        </label>
      ))}
    </fieldset>
  )
}

function Address(props: {
  readonly label: string
  readonly type: 'email' | 'url'
  readonly value: string | null
  readonly placeholder: string
  readonly onChange: (value: string | null) => void
}) {
  return (
    <label className="notify-address">
      {props.label}
      <input
        className="field"
        type={props.type}
        value={props.value ?? ''}
        placeholder={props.placeholder}
        onChange={({ target }) => props.onChange(target.value === '' ? null : target.value)}
      />
    </label>
  )
}
