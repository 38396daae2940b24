/** The page of a terminal: all terminals as tabs, and the one that the address names. */
import './terminals.css'
import type { Terminal } from '@yesterday/server/contract/terminals.ts'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useMay } from '../api/use-may.ts'
import { navigate, routeUrl } from '../navigation/route.ts'
import { remember, remembered } from '../state/remembered.ts'
import { t } from '../text/text.ts'
import { copyText } from '../ui/copy-text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { Accessibility, Ellipsis, Link, Pencil, SquareTerminal, Trash2 } from '../ui/icons.ts'
import { lazyPart } from '../ui/lazy-part.tsx'
import { Menu, MenuItem } from '../ui/Menu.tsx'
import { ProblemBox } from '../ui/Problem.tsx'
import {
  closeTerminal,
  openTerminal,
  readTerminal,
  renameTerminal,
  terminals,
  titleOf,
} from './terminal-store.ts'

/** xterm.js is loaded by the first terminal. It measures its font once, so the font comes before it. */
const View = lazyPart(async () => {
  const font = getComputedStyle(document.documentElement).getPropertyValue('--font-mono')
  const [{ TerminalView }] = await Promise.all([
    import('./TerminalView.tsx'),
    document.fonts.load(`14px ${font}`).catch(() => []),
    document.fonts.load(`bold 14px ${font}`).catch(() => []),
  ])
  return TerminalView
})
const READER = 'yesterday.terminal.reader'

export function TerminalPage(props: { readonly name: string; readonly onTitle: (title: string) => void }) {
  const { name, onTitle } = props
  const { terminals: all, problem } = useSyncExternalStore(terminals.subscribe, terminals.get)
  const mayRun = useMay('runner')
  const [isForReader, setForReader] = useState(() => remembered(READER) === '1')
  const tabs = useRef<HTMLElement>(null)
  const here = all?.find((one) => one.name === name)
  const title = here === undefined ? t('terminal.untitled', { name }) : titleOf(here)
  useEffect(() => onTitle(title), [title, onTitle])
  if (problem !== null && all === null)
    return (
      <div className="boundary">
        <ProblemBox problem={problem} />
      </div>
    )
  const toggleReader = (): void => {
    remember(READER, isForReader ? '0' : '1')
    setForReader(!isForReader)
  }
  return (
    <div className="terminal-page">
      <div className="terminal-head">
        <nav ref={tabs} className="terminal-tabs" aria-label={t('terminal.all')}>
          {(all ?? []).map((one) => (
            <Tab key={one.name} terminal={one} isHere={one.name === name} />
          ))}
        </nav>
        {mayRun && (
          <button type="button" className="button button-small" onClick={() => void openTerminal()}>
            <SquareTerminal size={16} aria-hidden="true" />
            {t('terminal.new')}
          </button>
        )}
        {here !== undefined && (
          <Tools terminal={here} isForReader={isForReader} onReader={toggleReader} others={all ?? []} />
        )}
      </div>
      <p className="terminal-hint">{t('terminal.leaveHint')}</p>
      <View
        key={name}
        name={name}
        title={title}
        isForReader={isForReader}
        onLeave={() => tabs.current?.querySelector<HTMLElement>('[aria-current="page"]')?.focus()}
      />
    </div>
  )
}

function Tab({ terminal, isHere }: { readonly terminal: Terminal; readonly isHere: boolean }) {
  const { name, by } = terminal
  const route = { at: 'terminal', name } as const
  return (
    <a
      href={routeUrl(route)}
      aria-current={isHere ? 'page' : undefined}
      title={t('terminal.by', { person: by.name })}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return
        event.preventDefault()
        navigate(route)
      }}
    >
      {titleOf(terminal)}
    </a>
  )
}

function Tools(props: {
  readonly terminal: Terminal
  readonly others: readonly Terminal[]
  readonly isForReader: boolean
  readonly onReader: () => void
}) {
  const { terminal, others, isForReader } = props
  const [isRenaming, setRenaming] = useState(false)
  const [running, setRunning] = useState<readonly string[] | null>(null)
  const end = async (): Promise<void> => {
    setRunning(null)
    if (!(await closeTerminal(terminal.name))) return
    const next = others.find(({ name }) => name !== terminal.name)
    navigate(next === undefined ? { at: 'home' } : { at: 'terminal', name: next.name })
  }
  const ask = async (): Promise<void> => {
    const now = await readTerminal(terminal.name)
    if (now.ok && now.value.running.length > 0) setRunning(now.value.running)
    else await end()
  }
  return (
    <>
      <Menu label={t('terminal.menu', { title: titleOf(terminal) })} icon={<Ellipsis size={18} />}>
        <MenuItem icon={<Pencil size={16} />} onSelect={() => setRenaming(true)}>
          {t('terminal.rename')}
        </MenuItem>
        <MenuItem icon={<Accessibility size={16} />} checked={isForReader} onSelect={props.onReader}>
          {t('terminal.reader')}
        </MenuItem>
        <MenuItem icon={<Link size={16} />} onSelect={() => void copyText(location.href, t('link.copied'))}>
          {t('link.copy')}
        </MenuItem>
        <MenuItem icon={<Trash2 size={16} />} danger onSelect={() => void ask()}>
          {t('terminal.close')}
        </MenuItem>
      </Menu>
      {isRenaming && <Rename terminal={terminal} onClose={() => setRenaming(false)} />}
      {running !== null && (
        <Dialog
          title={t('terminal.closeTitle', { title: titleOf(terminal) })}
          action={t('terminal.close')}
          danger
          onClose={() => setRunning(null)}
          onAction={() => void end()}
        >
          <p>{t('terminal.closeHint', { programs: [...new Set(running)].join(', ') })}</p>
        </Dialog>
      )}
    </>
  )
}

function Rename({ terminal, onClose }: { readonly terminal: Terminal; readonly onClose: () => void }) {
  const [title, setTitle] = useState(titleOf(terminal))
  const save = async (): Promise<void> => {
    if (title.trim() === '' || (await renameTerminal(terminal.name, title))) onClose()
  }
  return (
    <Dialog
      title={t('terminal.rename')}
      action={t('terminal.save')}
      onClose={onClose}
      onAction={() => void save()}
    >
      <label className="terminal-title">
        {t('terminal.title')}
        <input value={title} maxLength={80} onChange={(event) => setTitle(event.target.value)} />
      </label>
    </Dialog>
  )
}
