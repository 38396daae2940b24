/** The variables of the notebook's kernel: the list, and from there single values. */
import './variables.css'
import { useEffect } from 'react'
import { useNotebook } from '../notebook/context.ts'
import { PanelHead } from '../panels/PanelHead.tsx'
import { t } from '../text/text.ts'
import { VariableRows } from './VariableRows.tsx'

/** The panel beside the notebook. The kernel is asked while it is open. */
export function VariablesPanel() {
  const { variables } = useNotebook()
  useEffect(() => variables.follow(), [variables])
  return (
    <div className="variables">
      <PanelHead title={t('variables.title')} />
      <VariableRows />
    </div>
  )
}
