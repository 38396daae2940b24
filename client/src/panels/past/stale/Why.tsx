/** "Why?" on an output: leads to the receipt of the run that made it. */
import { useContext } from 'react'
import { NotebookContext } from '../../../access/context.ts'
import { t } from '../../../text/text.ts'

export function WhyButton({ cell }: { readonly cell: string }) {
  const notebook = useContext(NotebookContext)
  if (notebook === null) return null
  return (
    <button
      type="button"
      className="button button-small why"
      title={t('why.hint')}
      onClick={() => notebook.past.go({ at: 'why', cell })}
    >
      {t('why.button')}
    </button>
  )
}
