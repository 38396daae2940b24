/** The variables of the notebook's kernel: the list, and from there single values. */
import './variables.css'
import './value.css'
import { useEffect } from 'react'
import { useNotebook } from '../../access/context.ts'
import { useWatched } from '../../state/use-watched.ts'
import { t } from '../../text/text.ts'
import { PanelHead } from '../PanelHead.tsx'
import { ValueView } from './ValueView.tsx'
import { VariableRows } from './VariableRows.tsx'

/** The panel beside the notebook. The kernel is asked while it is open. */
export function VariablesPanel() {
  const { variables } = useNotebook()
  const view = useWatched(variables.view, (now) => now)
  useEffect(() => variables.follow(), [variables])
  if (view.at === 'list') {
    return (
      <div className="variables">
        <PanelHead title={t('variables.title')} view={view} />
        <VariableRows />
      </div>
    )
  }
  const { name, path } = view
  return (
    <div className="variables">
      <PanelHead title={name} view={view}>
        {path.length > 0 && (
          <button
            type="button"
            className="button button-small"
            onClick={() => variables.view.set({ at: 'value', name, path: [] })}
          >
            {t('variables.up')}
          </button>
        )}
        <button
          type="button"
          className="button button-small"
          onClick={() => variables.view.set({ at: 'list' })}
        >
          {t('variables.back')}
        </button>
      </PanelHead>
      <ValueView name={name} path={path} />
    </div>
  )
}
