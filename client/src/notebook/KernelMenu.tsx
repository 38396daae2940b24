/** The kernel: its state, and all that can be done to it, in one menu. */
import type { KernelSpecs } from '@yesterday/server/contract/http.ts'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { useWatched } from '../state/use-watched.ts'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { Menu, MenuItem } from '../ui/Menu.tsx'
import { commandWords } from './CommandButton.tsx'
import { type Dialogs, isOwner, mayRun } from './command.ts'
import type { CommandName } from './commands.ts'
import { showHosts } from './hosts/hosts-store.ts'
import { jobLine } from './job-text.ts'
import { showMove } from './moving/move-store.ts'
import type { Notebook } from './notebook.ts'
import { isPossible, perform } from './perform.ts'
import { showServers } from './servers/servers-store.ts'
import { showSlurm } from './slurm/slurm-store.ts'

const ITEMS = ['interrupt', 'restart', 'shutdown', 'packages'] as const satisfies readonly CommandName[]

interface Props {
  readonly notebook: Notebook
  readonly dialogs: Dialogs
}

export function KernelMenu({ notebook, dialogs }: Props) {
  const kernel = useWatched(notebook.shownSession, (view) => view.kernel)
  const [specs, setSpecs] = useState<KernelSpecs | null>(null)
  const look = (): void => void api.kernelspecs().then((found) => setSpecs(found.ok ? found.value : null))
  const choose = (spec: string): void => {
    if (kernel.state === 'none' || kernel.state === 'dead') notebook.command({ type: 'start', spec })
    else dialogs.confirmRestart(() => notebook.command({ type: 'restart', spec }))
  }
  const state = t(`kernel.${kernel.state}`)
  const name = kernel.displayName ?? (kernel.state === 'none' ? null : t('kernel.python'))
  const shown = (
    <span className="kernel-state" data-kernel={kernel.state}>
      {name !== null && <span className="kernel-name">{name}</span>} {state}
    </span>
  )
  if (!mayRun(notebook)) return shown
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only to ask for the list before the menu is seen
    <span onPointerEnter={look} onFocus={look}>
      <Menu
        label={name === null ? state : t('kernel.menu', { name, state })}
        className="kernel-menu"
        icon={shown}
      >
        {kernel.allocation !== undefined && <p className="menu-note">{jobLine(kernel.allocation, locale)}</p>}
        <div className="menu-label" role="presentation">
          {t('kernel.choose')}
        </div>
        <SpecItems specs={specsAt(specs, null)} chosen={kernel.spec} onChoose={choose} />
        {specs?.problems.map((problem) => (
          <p key={problem} className="menu-note">
            {problem}
          </p>
        ))}
        {specs?.places.map((place) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a menu
          <div key={place.id} role="group" aria-label={place.title}>
            <div className="menu-label" role="presentation">
              {place.title}
            </div>
            {place.problem === null ? (
              <SpecItems specs={specsAt(specs, place.id)} chosen={kernel.spec} onChoose={choose} />
            ) : (
              <p className="menu-note">{place.problem}</p>
            )}
          </div>
        ))}
        {(kernel.state === 'idle' || kernel.state === 'busy') && (
          <>
            <div className="menu-line" role="presentation" />
            <MenuItem onSelect={showMove}>{t('move.open')}</MenuItem>
          </>
        )}
        {isOwner(notebook) && (
          <>
            <div className="menu-line" role="presentation" />
            <MenuItem onSelect={showServers}>{t('servers.manage')}</MenuItem>
            <MenuItem onSelect={showHosts}>{t('hosts.manage')}</MenuItem>
            <MenuItem onSelect={showSlurm}>{t('slurm.manage')}</MenuItem>
          </>
        )}
        <div className="menu-line" role="presentation" />
        {ITEMS.filter((command) => isPossible(command, notebook)).map((command) => (
          <MenuItem key={command} onSelect={() => perform(command, notebook, dialogs)}>
            {commandWords(command)}
          </MenuItem>
        ))}
      </Menu>
    </span>
  )
}

type Specs = KernelSpecs['specs']

const specsAt = (specs: KernelSpecs | null, place: string | null): Specs =>
  (specs?.specs ?? []).filter((spec) => spec.place === place)

function SpecItems(props: {
  readonly specs: Specs
  readonly chosen: string | null
  readonly onChoose: (spec: string) => void
}) {
  return props.specs.map(({ name, displayName }) => (
    <MenuItem key={name} checked={name === props.chosen} onSelect={() => props.onChoose(name)}>
      {displayName}
    </MenuItem>
  ))
}
