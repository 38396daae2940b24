/** Where the history of a copied notebook goes on: in the notebook that it was copied from. */
import { NotebookLine } from '@yesterday/server/contract/past.ts'
import { useCallback } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { api } from '../../../api/api.ts'
import { navigate, routeUrl } from '../../../navigation/route.ts'
import { t } from '../../../text/text.ts'
import { useAsked } from '../useAsked.ts'

export function CopiedFrom() {
  const { opened } = useNotebook()
  const ask = useCallback(
    (signal: AbortSignal) => {
      const query = new URLSearchParams({ notebook: opened.documentId })
      return api.get(NotebookLine, `/api/past/notebook?${query}`, signal)
    },
    [opened.documentId],
  )
  const { answer } = useAsked(ask)
  const from = answer?.ok ? answer.value.copiedFrom : null
  if (from === null) return null
  const route = { at: 'file', path: from.path } as const
  return (
    <p className="history-note">
      {t('history.copiedFrom')}{' '}
      <a
        href={routeUrl(route)}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return
          event.preventDefault()
          navigate(route)
        }}
      >
        {from.path}
      </a>
    </p>
  )
}
