/** The open terminals on the first page, and the button that opens one. Nothing for people who may not run code. */
import { useSyncExternalStore } from 'react'
import { useMay } from '../api/use-may.ts'
import { navigate, routeUrl } from '../navigation/route.ts'
import { t } from '../text/text.ts'
import { SquareTerminal } from '../ui/icons.ts'
import { Time } from '../ui/Time.tsx'
import { openTerminal, terminals, titleOf } from './terminal-store.ts'

export function TerminalList() {
  return useMay('runner') ? <Terminals /> : null
}

function Terminals() {
  const { terminals: all } = useSyncExternalStore(terminals.subscribe, terminals.get)
  return (
    <>
      <div className="home-terminals">
        <h2 className="home-label">{t('terminal.all')}</h2>
        <button type="button" className="button button-small" onClick={() => void openTerminal()}>
          <SquareTerminal size={16} aria-hidden="true" />
          {t('terminal.new')}
        </button>
      </div>
      {all !== null && all.length > 0 && (
        <ul className="recent">
          {all.map(({ name, title, last_activity }) => (
            <li key={name}>
              <a
                href={routeUrl({ at: 'terminal', name })}
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return
                  event.preventDefault()
                  navigate({ at: 'terminal', name })
                }}
              >
                <SquareTerminal size={18} aria-hidden="true" />
                <span className="recent-name">{titleOf({ name, title })}</span>
                <span className="recent-when">
                  <Time iso={last_activity} />
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
