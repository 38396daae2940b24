/** One setting: its name, what it does, its control, and the way back to the default. */
import {
  DEFAULTS,
  type SettingId,
  type SettingScope,
  type SettingValue,
  settingInfo,
} from '@yesterday/server/contract/settings.ts'
import { useEffect, useId, useState } from 'react'
import { useWatched } from '../state/use-watched.ts'
import { t, wordsOf } from '../text/text.ts'
import { notify } from '../ui/notices.ts'
import { setNotifications } from './notifications.ts'
import { SnippetsField } from './SnippetsField.tsx'
import { changeSetting, settings, settingsState } from './settings-store.ts'

interface Props {
  readonly id: SettingId
  readonly scope: SettingScope
  readonly isReadOnly: boolean
}

export function SettingRow({ id, scope, isReadOnly }: Props) {
  const [label, hint] = [useId(), useId()]
  const state = useWatched(settingsState, (all) => all)
  const counting = useWatched(settings, (all) => all[id])
  const own = state?.[scope].values[id]
  const bad = state?.[scope].problems.find((problem) => problem.id === id)
  const isFromProject = scope === 'person' && own === undefined && state?.project.values[id] !== undefined
  const isOwnAlone = settingInfo(id).kind === 'snippets'
  const value = isOwnAlone ? (own ?? {}) : scope === 'person' ? counting : (own ?? DEFAULTS[id])
  const name = t(`settings.${id}`)
  return (
    <li className="setting">
      <div className="setting-words">
        <strong id={label}>{name}</strong>
        <span id={hint}>
          {t(`settings.${id}.hint`)} {isFromProject && <em>{t('settings.fromProject')}</em>}
        </span>
        {bad !== undefined && (
          <span className="settings-bad" role="alert">
            {t('settings.badValue', { value: bad.value, why: bad.why })}
          </span>
        )}
      </div>
      <div className="setting-control">
        <Control
          id={id}
          value={value}
          isDisabled={isReadOnly}
          labelledBy={label}
          describedBy={hint}
          onChange={(next) => void change(scope, id, next)}
        />
        {(own !== undefined || bad !== undefined) && !isReadOnly && (
          <button
            type="button"
            className="button button-small button-quiet"
            aria-label={t('settings.resetName', { name })}
            onClick={() => void changeSetting(scope, id, null)}
          >
            {t('settings.reset')}
          </button>
        )}
      </div>
    </li>
  )
}

/** The browser must allow notifications as well. */
async function change(scope: SettingScope, id: SettingId, value: SettingValue): Promise<void> {
  if (id !== 'notifications') return void (await changeSetting(scope, id, value))
  const switched = await setNotifications(value === true)
  if (switched === 'refused' || switched === 'missing') notify('warning', t(`notifications.${switched}`))
}

interface ControlProps {
  readonly id: SettingId
  readonly value: SettingValue
  readonly isDisabled: boolean
  readonly labelledBy: string
  readonly describedBy: string
  readonly onChange: (value: SettingValue) => void
}

function Control({ id, value, isDisabled, labelledBy, describedBy, onChange }: ControlProps) {
  const info = settingInfo(id)
  const shared = { disabled: isDisabled, 'aria-labelledby': labelledBy, 'aria-describedby': describedBy }
  if (info.kind === 'switch')
    return (
      <input
        {...shared}
        type="checkbox"
        checked={value === true}
        onChange={(event) => onChange(event.target.checked)}
      />
    )
  if (info.kind === 'choice')
    return (
      <select
        {...shared}
        className="field"
        value={String(value)}
        onChange={(event) => onChange(event.target.value)}
      >
        {info.options.map((option) => (
          <option key={option} value={option}>
            {wordsOf(`settings.${id}.${option}`, {}) ?? option}
          </option>
        ))}
      </select>
    )
  if (info.kind === 'snippets') return <SnippetsField {...shared} value={value} onChange={onChange} />
  const bounds =
    info.kind === 'number' ? { type: 'number', min: info.least, max: info.most } : { type: 'text' }
  return (
    <Typed
      {...shared}
      {...bounds}
      value={value}
      onCommit={(text) => {
        const next = info.kind === 'number' ? Number(text) : text
        if (next !== value && (info.kind !== 'number' || text !== '')) onChange(next)
      }}
    />
  )
}

/** A field whose value counts when the person leaves it or presses Enter. */
function Typed({
  value,
  onCommit,
  ...attributes
}: {
  readonly value: SettingValue
  readonly onCommit: (text: string) => void
  readonly type: string
  readonly disabled: boolean
}) {
  const [text, setText] = useState(String(value))
  useEffect(() => setText(String(value)), [value])
  return (
    <input
      {...attributes}
      className="field"
      spellCheck={false}
      autoComplete="off"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => onCommit(text)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return
        event.preventDefault()
        onCommit(text)
      }}
    />
  )
}
