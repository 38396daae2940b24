/** The notebook's toolbar: run and kernel commands, and what state kernel, queue and edits are in, in words. */
import { Ellipsis } from 'lucide-react'
import { useRef } from 'react'
import { Contents } from '../outline/Contents.tsx'
import { PanelButton } from '../panels/PanelButton.tsx'
import { PANELS } from '../panels/panels.ts'
import { People } from '../presence/People.tsx'
import type { StaleCells } from '../session/session-socket.ts'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { ChevronDown } from '../ui/icons.ts'
import { Menu, MenuItem } from '../ui/Menu.tsx'
import { CommandButton, commandWords } from './CommandButton.tsx'
import { useCollapsed } from './collapse.ts'
import { type Dialogs, mayEdit, mayRun } from './command.ts'
import type { CommandName } from './commands.ts'
import { KernelBar } from './KernelBar.tsx'
import { KernelMenu } from './KernelMenu.tsx'
import { KernelQuestion } from './KernelQuestion.tsx'
import type { Notebook } from './notebook.ts'
import { PageStates } from './PageStates.tsx'
import { perform } from './perform.ts'
import { RunAnnouncer } from './RunAnnouncer.tsx'
import { RunQuestion } from './RunQuestion.tsx'

interface Props {
  readonly notebook: Notebook
  readonly dialogs: Dialogs
}

const BUTTONS = [
  'run',
  'runAll',
  'interrupt',
  'restart',
  'restartRunAll',
] as const satisfies readonly CommandName[]

/** How many cells "run stale" would run; none where all that is stale is that nothing ran yet. */
const staleCount = (cells: StaleCells): number =>
  [...cells.values()].some(({ reasons }) => reasons.some(({ kind }) => kind !== 'unknown')) ? cells.size : 0

export function Toolbar({ notebook, dialogs }: Props) {
  const shared = { notebook, dialogs }
  const bar = useRef<HTMLDivElement>(null)
  const collapsed = useCollapsed(bar)
  return (
    <>
      <div className="notebook-top">
        <div ref={bar} className="notebook-toolbar" role="toolbar" aria-label={t('notebook.toolbar')}>
          {BUTTONS.filter(() => mayRun(notebook)).map((command) => (
            <CommandButton key={command} command={command} {...shared} />
          ))}
          <RunStale {...shared} />
          <AddCells {...shared} />
          <More {...shared} commands={collapsed} />
          <CommandButton command="palette" isIcon {...shared}>
            <Ellipsis size={18} />
          </CommandButton>
          <Contents folds={notebook.folds} onChoose={(cell) => notebook.reveal(cell)} />
          <span className="notebook-states">
            <People
              presence={notebook.presence}
              session={notebook.shownSession}
              placeOf={(cell) => notebook.order.get().indexOf(cell) + 1 || null}
            />
          </span>
          <PageStates notebook={notebook} />
          <RoleMark notebook={notebook} />
          <KernelMenu notebook={notebook} dialogs={dialogs} />
          {PANELS.map((panel) => (
            <PanelButton key={panel.id} panel={panel} open={notebook.panels} />
          ))}
        </div>
        <KernelBar notebook={notebook} />
      </div>
      <KernelQuestion notebook={notebook} />
      <RunAnnouncer notebook={notebook} />
      <RunQuestion notebook={notebook} />
    </>
  )
}

/** Nothing for a person whose role does not allow it. */
function AddCells(shared: Props) {
  if (!mayEdit(shared.notebook)) return null
  return (
    <>
      <CommandButton command="addCode" {...shared}>
        + {t('notebook.addCode')}
      </CommandButton>
      <CommandButton command="addSql" {...shared}>
        + {t('notebook.addSql')}
      </CommandButton>
      <CommandButton command="addText" {...shared}>
        + {t('notebook.addMarkdown')}
      </CommandButton>
    </>
  )
}

/** The commands whose buttons have no room, in the order of the toolbar. */
const ORDER: readonly CommandName[] = [...BUTTONS, 'addCode', 'addSql', 'addText']

function More({ notebook, dialogs, commands }: Props & { readonly commands: readonly CommandName[] }) {
  return (
    <span className="toolbar-more" data-more>
      <Menu label={t('notebook.more')} icon={<ChevronDown size={17} />}>
        {ORDER.filter((command) => commands.includes(command)).map((command) => (
          <MenuItem key={command} onSelect={() => perform(command, notebook, dialogs)}>
            {commandWords(command)}
          </MenuItem>
        ))}
      </Menu>
    </span>
  )
}

/** Says what the role is where it does not allow everything. */
function RoleMark({ notebook }: Pick<Props, 'notebook'>) {
  const { role } = notebook.opened
  if (mayRun(notebook)) return null
  return (
    <span className="role-mark" title={t(`role.${role}Means`)}>
      {t(`role.${role}`)}
    </span>
  )
}

function RunStale({ notebook, dialogs }: Pick<Props, 'notebook' | 'dialogs'>) {
  const stale = useWatched(notebook.session.stale, staleCount)
  if (stale === 0 || !mayRun(notebook)) return null
  return (
    <CommandButton command="runStale" notebook={notebook} dialogs={dialogs}>
      {t('stale.count', { count: stale })}
    </CommandButton>
  )
}
