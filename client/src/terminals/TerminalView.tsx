/** One terminal: what it shows, and what is to be said of its connection. */
import './terminals.css'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { t } from '../text/text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { openScreen, type Screen } from './screen.ts'
import { type LinkState, TerminalLink } from './terminal-link.ts'
import { forget, openTerminal } from './terminal-store.ts'

export function TerminalView(props: {
  readonly name: string
  readonly title: string
  readonly isForReader: boolean
  /** Where the focus goes when the person leaves the terminal by keyboard. */
  readonly onLeave: () => void
}) {
  const { name, title, isForReader } = props
  const place = useRef<HTMLDivElement>(null)
  const screen = useRef<Screen>(null)
  const [link, setLink] = useState<TerminalLink | null>(null)
  const [address, setAddress] = useState<string | null>(null)
  const leave = useRef(props.onLeave)
  leave.current = props.onLeave

  useEffect(() => {
    if (place.current === null) return
    // The screen calls only once the link is there.
    const opened: TerminalLink = new TerminalLink({ name, onText: (text) => drawn.write(text) })
    const drawn = openScreen(place.current, {
      onType: (text) => opened.type(text),
      onResize: (rows, columns) => opened.resize(rows, columns),
      onDrawn: (characters) => opened.drawn(characters),
      onLink: setAddress,
      onLeave: () => leave.current(),
      isForReader: false,
      label: t('terminal.screen', { title: name }),
    })
    screen.current = drawn
    setLink(opened)
    drawn.focus()
    return () => {
      opened.close()
      drawn.close()
      screen.current = null
    }
  }, [name])
  useEffect(() => screen.current?.setForReader(isForReader), [isForReader])

  return (
    <section className="terminal-view" aria-label={title}>
      {link !== null && <Connection name={name} link={link} />}
      <div ref={place} className="terminal-screen" />
      <TouchKeys onKey={(text) => screen.current?.type(text)} />
      {address !== null && <Link address={address} onClose={() => setAddress(null)} />}
    </section>
  )
}

function Connection({ name, link }: { readonly name: string; readonly link: TerminalLink }) {
  const state = useSyncExternalStore(link.state.subscribe, link.state.get)
  useEffect(() => {
    if (state.at === 'ended') forget(name)
  }, [name, state.at])
  const words = wordsOf(state)
  return (
    <div role="status">
      {words !== null && (
        <p className="terminal-state">
          {words}
          {state.at === 'ended' && (
            <button type="button" className="button button-small" onClick={() => void openTerminal()}>
              {t('terminal.new')}
            </button>
          )}
        </p>
      )}
    </div>
  )
}

function wordsOf(state: LinkState): string | null {
  if (state.at === 'ended')
    return state.code === null ? t('terminal.ended') : t('terminal.endedWith', { code: state.code })
  if (state.at === 'away') return t('terminal.away')
  return state.at === 'refused' ? t('terminal.refused') : null
}

/** What phones have no keys for. */
const TOUCH_KEYS = [
  ['Esc', '\x1b'],
  ['Tab', '\t'],
  ['Ctrl-C', '\x03'],
  ['Ctrl-D', '\x04'],
  ['↑', '\x1b[A'],
  ['↓', '\x1b[B'],
] as const

function TouchKeys({ onKey }: { readonly onKey: (text: string) => void }) {
  return (
    <div className="terminal-keys" role="toolbar" aria-label={t('terminal.keys')}>
      {TOUCH_KEYS.map(([label, text]) => (
        <button key={label} type="button" className="button button-small" onClick={() => onKey(text)}>
          {label}
        </button>
      ))}
    </div>
  )
}

function Link({ address, onClose }: { readonly address: string; readonly onClose: () => void }) {
  return (
    <Dialog
      title={t('terminal.linkTitle')}
      action={t('outputs.linkOpen')}
      onClose={onClose}
      onAction={() => {
        window.open(address, '_blank', 'noopener,noreferrer')
        onClose()
      }}
    >
      <p>{t('terminal.linkAsk')}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long address is scrolled by keys */}
      <p className="link-address" tabIndex={0}>
        {address}
      </p>
    </Dialog>
  )
}
