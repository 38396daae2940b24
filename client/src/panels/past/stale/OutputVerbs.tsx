/** What leads from an output elsewhere: to the run that produced it, and to a comment on it. */
import { useContext } from 'react'
import { NotebookContext } from '../../../access/context.ts'
import { t } from '../../../text/text.ts'
import { Link, MessageSquare } from '../../../ui/icons.ts'
import { PublicLinkButton } from '../../../ui/PublicLink.tsx'
import { outputHash } from '../target.ts'
import { WhyButton } from './Why.tsx'

/** `index` is the place of the output in its cell. */
export function OutputVerbs({ cell, index }: { readonly cell: string; readonly index: number }) {
  const notebook = useContext(NotebookContext)
  if (notebook === null) return null
  const run = notebook.commands.lastRunOf(cell)
  return (
    <div className="output-verbs">
      {notebook.opened.mayComment && (
        <button
          type="button"
          className="icon-button"
          aria-label={t('comments.onOutput')}
          title={t('comments.onOutput')}
          onClick={() => notebook.commands.commentOnOutput(cell, index)}
        >
          <MessageSquare size={16} />
        </button>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label={t('link.output')}
        title={t('link.output')}
        onClick={() => notebook.commands.copyLink(outputHash(notebook.commands.lastRunOf(cell), cell, index))}
      >
        <Link size={16} />
      </button>
      {run !== null && <PublicLinkButton what={{ kind: 'result', run, output: index, receipt: false }} />}
      <WhyButton cell={cell} />
    </div>
  )
}
