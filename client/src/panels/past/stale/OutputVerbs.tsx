/** What leads from an output elsewhere: to the run that produced it, and to a comment on it. */
import { useContext } from 'react'
import { type NotebookAccess, NotebookContext } from '../../../access/context.ts'
import { useKeyed } from '../../../state/use-watched.ts'
import { t } from '../../../text/text.ts'
import { Link, MessageSquare } from '../../../ui/icons.ts'
import { PublicLinkButton } from '../../../ui/PublicLink.tsx'
import { outputHash } from '../target.ts'
import { WhyButton } from './Why.tsx'

interface Place {
  readonly cell: string
  /** The place of the output in its cell. */
  readonly index: number
}

export function OutputVerbs({ cell, index }: Place) {
  const notebook = useContext(NotebookContext)
  return notebook === null ? null : <Verbs notebook={notebook} cell={cell} index={index} />
}

function Verbs({ notebook, cell, index }: Place & { readonly notebook: NotebookAccess }) {
  // The output is there before its run is recorded.
  const run = useKeyed(notebook.lastRuns, cell)?.run ?? null
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
        onClick={() => notebook.commands.copyLink(outputHash(run, cell, index))}
      >
        <Link size={16} />
      </button>
      {run !== null && <PublicLinkButton what={{ kind: 'result', run, output: index, receipt: false }} />}
      <WhyButton cell={cell} />
    </div>
  )
}
