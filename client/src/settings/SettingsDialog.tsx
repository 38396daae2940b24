/** All settings with a search, of the person or of the project. A change counts at once, in all open pages. */
import './settings.css'
import {
  SETTING_IDS,
  type SettingId,
  type SettingScope,
  settingInfo,
} from '@yesterday/server/contract/settings.ts'
import { useEffect, useId, useState } from 'react'
import { useMay } from '../api/use-may.ts'
import { useWatched } from '../state/use-watched.ts'
import { t, wordsOf } from '../text/text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { ProblemBox } from '../ui/Problem.tsx'
import { SettingRow } from './SettingRow.tsx'
import { hideSettings, settingsOpen, showSettings } from './settings-open.ts'
import { discardSettings, loadSettings, settingsProblem, settingsState } from './settings-store.ts'

const isMac = typeof navigator !== 'undefined' && navigator.platform.startsWith('Mac')

/** Mounted always; shown while it is asked for, also by Ctrl-comma. */
export function SettingsDialog() {
  const isOpen = useWatched(settingsOpen, (open) => open)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== ',' || !(isMac ? event.metaKey : event.ctrlKey)) return
      event.preventDefault()
      showSettings()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return isOpen ? <OpenSettings /> : null
}

function OpenSettings() {
  const [scope, setScope] = useState<SettingScope>('person')
  const [words, setWords] = useState('')
  const mayChangeProject = useMay('editor')
  const problem = useWatched(settingsProblem, (one) => one)
  const shown = SETTING_IDS.filter((id) => settingInfo(id).scopes.includes(scope) && hasWords(id, words))
  useEffect(() => void loadSettings(), [])
  return (
    <Dialog title={t('settings.title')} wide onClose={hideSettings}>
      <div className="settings">
        <input
          className="field"
          type="search"
          aria-label={t('settings.search')}
          placeholder={t('settings.search')}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <ScopeChoice scope={scope} onChange={setScope} />
        {problem !== null && <ProblemBox problem={problem} onRetry={() => void loadSettings()} />}
        <FileState scope={scope} />
        {scope === 'project' && !mayChangeProject && <p role="note">{t('settings.readOnly')}</p>}
        <ul className="settings-list">
          {shown.map((id) => (
            <SettingRow
              key={`${scope}/${id}`}
              id={id}
              scope={scope}
              isReadOnly={scope === 'project' && !mayChangeProject}
            />
          ))}
        </ul>
        <p role="status">{shown.length === 0 && t('settings.none')}</p>
      </div>
    </Dialog>
  )
}

/** In its name, its hint, its id or one of its choices. */
function hasWords(id: SettingId, words: string): boolean {
  const info = settingInfo(id)
  const choices =
    info.kind === 'choice' ? info.options.map((one) => wordsOf(`settings.${id}.${one}`, {})) : []
  const text = [id, t(`settings.${id}`), t(`settings.${id}.hint`), ...choices].join(' ').toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

function ScopeChoice(props: {
  readonly scope: SettingScope
  readonly onChange: (scope: SettingScope) => void
}) {
  const name = useId()
  return (
    <fieldset className="settings-scope">
      <legend>{t('settings.scope')}</legend>
      {(['person', 'project'] as const).map((scope) => (
        <label key={scope}>
          <input
            type="radio"
            name={name}
            checked={scope === props.scope}
            onChange={() => props.onChange(scope)}
          />
          {t(`settings.${scope}`)}
        </label>
      ))}
    </fieldset>
  )
}

/** Where the settings are, and what to do if the file cannot be read. */
function FileState({ scope }: { readonly scope: SettingScope }) {
  const state = useWatched(settingsState, (all) => all)?.[scope]
  if (state === undefined) return null
  return (
    <>
      <p className="settings-note">
        {t(`settings.${scope}Hint`)} {t('settings.file', { path: state.path })}
      </p>
      {state.damaged !== null && (
        <div className="settings-bad" role="alert">
          <p>{state.damaged}</p>
          <button type="button" className="button button-small" onClick={() => void discardSettings(scope)}>
            {t('settings.discard')}
          </button>
        </div>
      )}
    </>
  )
}
