/**
 * The open files as tabs: links in one stop of Tab, moved through by the arrow keys. A tab that is dragged onto the right
 * half of the page opens beside. Nothing is shown while one file is open and none was closed.
 */
import './tabs.css'
import { type DragEvent, type KeyboardEvent, useRef, useState } from 'react'
import { navigate } from '../../navigation/route.ts'
import { openBeside } from '../../navigation/side.ts'
import { closeOthers, closeTab, routeOf, type Tabs } from '../../navigation/tabs.ts'
import { t } from '../../text/text.ts'
import { ChevronDown, X } from '../../ui/icons.ts'
import { Menu, MenuItem } from '../../ui/Menu.tsx'
import { placeName } from '../place-name.ts'

const DRAGGED = 'application/x-yesterday-tab'

/** pure. Whether there is anything to choose from. */
export const hasStrip = ({ open }: Tabs, shown: string): boolean => open.some((url) => url !== shown)

/** `shown` is the address on the screen. */
export function TabStrip({ tabs, shown }: { readonly tabs: Tabs; readonly shown: string }) {
  const list = useRef<HTMLUListElement>(null)
  const [dragged, setDragged] = useState(false)
  const stop = tabs.open.includes(shown) ? shown : tabs.open[0]
  const focus = (url: string | undefined): void => {
    if (url !== undefined)
      list.current?.querySelector<HTMLElement>(`[data-url="${CSS.escape(url)}"]`)?.focus()
  }
  return (
    <nav className="tabs" aria-label={t('tabs.label')}>
      <ul ref={list} className="tab-list">
        {tabs.open.map((url) => (
          <Tab
            key={url}
            url={url}
            isShown={url === shown}
            isStop={url === stop}
            onKeyDown={(event) => byKey(event, tabs.open, url, focus)}
            onDrag={setDragged}
          />
        ))}
      </ul>
      <TabsMenu tabs={tabs} shown={shown} />
      {dragged && <DropBeside onDone={() => setDragged(false)} />}
    </nav>
  )
}

function Tab(props: {
  readonly url: string
  readonly isShown: boolean
  readonly isStop: boolean
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onDrag: (is: boolean) => void
}) {
  const { url } = props
  const route = routeOf(url)
  const name = placeName(route)
  return (
    <li className="tab" data-shown={props.isShown}>
      <a
        href={url}
        className="tab-name"
        data-url={url}
        title={route.at === 'file' ? route.path : name}
        aria-current={props.isShown ? 'page' : undefined}
        aria-keyshortcuts="Delete"
        tabIndex={props.isStop ? 0 : -1}
        draggable
        onKeyDown={props.onKeyDown}
        onDragStart={(event) => {
          event.dataTransfer.setData(DRAGGED, url)
          event.dataTransfer.effectAllowed = 'copyMove'
          // A page that changes in this turn ends the drag.
          setTimeout(() => props.onDrag(true))
        }}
        onDragEnd={() => props.onDrag(false)}
        onAuxClick={(event) => {
          if (event.button !== 1) return
          event.preventDefault()
          closeTab(url)
        }}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return
          event.preventDefault()
          navigate(route)
        }}
      >
        {name}
      </a>
      <button
        type="button"
        className="tab-close"
        tabIndex={-1}
        aria-label={t('tabs.close', { name })}
        title={t('tabs.close', { name })}
        onClick={() => closeTab(url)}
      >
        <X size={14} />
      </button>
    </li>
  )
}

function byKey(
  event: KeyboardEvent,
  open: readonly string[],
  url: string,
  focus: (url: string | undefined) => void,
): void {
  const at = open.indexOf(url)
  const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key]
  const isBeside = event.key === 'Enter' && (event.ctrlKey || event.metaKey)
  if (next === undefined && event.key !== 'Delete' && !isBeside) return
  event.preventDefault()
  event.stopPropagation()
  if (isBeside) openBeside(url)
  else if (next === undefined) {
    focus(open[at + 1] ?? open[at - 1])
    closeTab(url)
  } else focus(open.at(next % open.length))
}

function TabsMenu({ tabs, shown }: { readonly tabs: Tabs; readonly shown: string }) {
  return (
    <Menu label={t('tabs.menu')} icon={<ChevronDown size={16} />}>
      {tabs.open.includes(shown) && (
        <>
          <MenuItem onSelect={() => openBeside(shown)}>{t('split.open')}</MenuItem>
          <MenuItem onSelect={() => closeTab(shown)}>{t('tabs.closeThis')}</MenuItem>
        </>
      )}
      <MenuItem onSelect={closeOthers}>{t('tabs.closeOthers')}</MenuItem>
      {tabs.closed.length > 0 && (
        <>
          <div className="menu-line" role="presentation" />
          <div className="menu-label" role="presentation">
            {t('tabs.closed')}
          </div>
        </>
      )}
      {tabs.closed.map((url) => (
        <MenuItem key={url} onSelect={() => navigate(routeOf(url))}>
          {placeName(routeOf(url))}
        </MenuItem>
      ))}
    </Menu>
  )
}

/** Where a dragged tab is dropped to open beside: over the page, as frames would take the drop. */
function DropBeside({ onDone }: { readonly onDone: () => void }) {
  const [over, setOver] = useState(false)
  const allow = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes(DRAGGED)) return
    event.preventDefault()
    setOver(true)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the menu and Ctrl-Enter do the same
    <div
      className="drop-beside"
      data-over={over}
      onDragEnter={allow}
      onDragOver={allow}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        openBeside(event.dataTransfer.getData(DRAGGED))
        onDone()
      }}
    >
      {t('split.drop')}
    </div>
  )
}
