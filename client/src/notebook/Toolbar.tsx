/** The notebook's toolbar: run and kernel commands, and what state kernel, queue and edits are in, in words. */
import { Ellipsis } from '../app/icons.ts'
import { Contents } from '../outline/Contents.tsx'
import { People } from '../presence/People.tsx'
import type { StaleCells } from '../session/session-socket.ts'
import { t } from '../text/text.ts'
import { KernelBanner, KernelMenu } from './KernelMenu.tsx'
import type { CommandName } from './keys.ts'
import type { Notebook } from './notebook.ts'
import { PageStates } from './PageStates.tsx'
import { type Dialogs, perform } from './perform.ts'
import { RunAnnouncer } from './RunAnnouncer.tsx'
import { useWatched } from './use-cell.ts'

interface Props {
  readonly notebook: Notebook
  readonly dialogs: Dialogs
  readonly history: boolean
  readonly onHistory: () => void
}

const buttons = [
  ['run', 'notebook.run'],
  ['runAll', 'notebook.runAll'],
  ['interrupt', 'notebook.interrupt'],
  ['restart', 'notebook.restart'],
  ['restartRunAll', 'notebook.restartRunAll'],
] as const satisfies readonly (readonly [CommandName, string])[]

/** How many cells "run stale" would run; none where all that is stale is that nothing ran yet. */
const staleCount = (cells: StaleCells): number =>
  [...cells.values()].some(({ reasons }) => reasons.some(({ kind }) => kind !== 'unknown')) ? cells.size : 0

export function Toolbar({ notebook, dialogs, history, onHistory }: Props) {
  const insert = (type: 'code' | 'markdown'): void => {
    const { active } = notebook.selection.get()
    const place = notebook.order.get().indexOf(active ?? '') + 1
    notebook.reveal(notebook.edits.insert(place, type), 'edit')
  }
  return (
    <>
      <div className="notebook-toolbar" role="toolbar" aria-label={t('notebook.toolbar')}>
        {buttons.map(([command, words]) => (
          <button
            key={command}
            type="button"
            className="button button-small button-quiet"
            data-command={command}
            onClick={() => perform(command, notebook, dialogs)}
          >
            {t(words)}
          </button>
        ))}
        <RunStale notebook={notebook} onRun={() => perform('runStale', notebook, dialogs)} />
        <button type="button" className="button button-small button-quiet" onClick={() => insert('code')}>
          + {t('notebook.addCode')}
        </button>
        <button type="button" className="button button-small button-quiet" onClick={() => insert('markdown')}>
          + {t('notebook.addMarkdown')}
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={t('palette.title')}
          title={t('palette.title')}
          onClick={() => dialogs.palette()}
        >
          <Ellipsis size={18} />
        </button>
        <Contents folds={notebook.folds} onChoose={(cell) => notebook.reveal(cell)} />
        <span className="notebook-states">
          <People presence={notebook.presence} />
        </span>
        <PageStates notebook={notebook} />
        <KernelMenu notebook={notebook} dialogs={dialogs} />
        <button type="button" className="button button-small" aria-expanded={history} onClick={onHistory}>
          {t('notebook.history')}
        </button>
      </div>
      <KernelBanner notebook={notebook} />
      <RunAnnouncer notebook={notebook} />
    </>
  )
}

function RunStale({ notebook, onRun }: { readonly notebook: Notebook; readonly onRun: () => void }) {
  const stale = useWatched(notebook.session.stale, staleCount)
  if (stale === 0) return null
  return (
    <button type="button" className="button button-small button-quiet" onClick={onRun}>
      {t('stale.count', { count: stale })}
    </button>
  )
}
