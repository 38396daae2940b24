/** Copies the address of a run in the log. */
import type { RunSummary } from '@yesterday/server/contract/run.ts'
import { useNotebook } from '../../../access/context.ts'
import { t } from '../../../text/text.ts'
import { Link } from '../../../ui/icons.ts'
import { viewHash } from '../target.ts'

export function CopyRunLink({ run: { run, title } }: { readonly run: RunSummary }) {
  const { commands } = useNotebook()
  return (
    <button
      type="button"
      className="icon-button run-link"
      aria-label={t('link.to', { name: title === '' ? t('history.noCode') : title })}
      title={t('link.copy')}
      onClick={() => commands.copyLink(viewHash({ at: 'receipt', run }) ?? '')}
    >
      <Link size={14} aria-hidden="true" />
    </button>
  )
}
