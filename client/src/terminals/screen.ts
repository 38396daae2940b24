/**
 * The drawn terminal: xterm.js with the page's colours and keys. Invariant: nothing that is printed acts by itself: links
 * ask first, and no program reads or writes the clipboard.
 */
import '@xterm/xterm/css/xterm.css'
import { FitAddon } from '@xterm/addon-fit'
import { type ITheme, Terminal } from '@xterm/xterm'

export interface ScreenParts {
  readonly onType: (text: string) => void
  readonly onResize: (rows: number, columns: number) => void
  /** So many characters were drawn. */
  readonly onDrawn: (characters: number) => void
  /** A link that a program printed was chosen. */
  readonly onLink: (address: string) => void
  /** The person wants to leave the terminal by keyboard. */
  readonly onLeave: () => void
  readonly isForReader: boolean
  readonly label: string
}

export interface Screen {
  write(text: string): void
  type(text: string): void
  focus(): void
  setForReader(is: boolean): void
  close(): void
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const
const SCROLLBACK_LINES = 5_000

export function openScreen(place: HTMLElement, parts: ScreenParts): Screen {
  const terminal = new Terminal({
    allowProposedApi: false,
    cursorBlink: false,
    fontFamily: tokens('--font-mono'),
    fontSize: 14,
    lineHeight: 1.2,
    scrollback: SCROLLBACK_LINES,
    theme: theme(),
    minimumContrastRatio: 4.5,
    screenReaderMode: parts.isForReader,
    linkHandler: { activate: (_, address) => parts.onLink(address), allowNonHttpProtocols: false },
  })
  const fit = new FitAddon()
  terminal.loadAddon(fit)
  terminal.open(place)
  terminal.textarea?.setAttribute('aria-label', parts.label)
  terminal.onData(parts.onType)
  terminal.onBinary(parts.onType)
  terminal.onResize(({ rows, cols }) => parts.onResize(rows, cols))
  terminal.attachCustomKeyEventHandler((event) => isForShell(event, terminal, parts.onLeave))
  const resized = new ResizeObserver(() => fit.fit())
  resized.observe(place)
  const themed = new MutationObserver(() => {
    terminal.options.theme = theme()
  })
  themed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  fit.fit()
  parts.onResize(terminal.rows, terminal.cols)
  return {
    write: (text) => terminal.write(text, () => parts.onDrawn(text.length)),
    type: (text) => terminal.input(text, true),
    focus: () => terminal.focus(),
    setForReader: (is) => {
      terminal.options.screenReaderMode = is
    },
    close: () => {
      resized.disconnect()
      themed.disconnect()
      terminal.dispose()
    },
  }
}

/** False for keys of the browser and of the page: copy with a selection, paste, and the way out. */
function isForShell(event: KeyboardEvent, terminal: Terminal, onLeave: () => void): boolean {
  const { ctrlKey, shiftKey, altKey, metaKey } = event
  const key = event.key.toLowerCase()
  if (!ctrlKey || altKey || metaKey) return true
  if (shiftKey && key === 'arrowup') {
    if (event.type === 'keydown') onLeave()
    event.preventDefault()
    return false
  }
  if (key === 'c' && (shiftKey || terminal.hasSelection())) {
    if (event.type === 'keydown') copy(terminal)
    event.preventDefault()
    return false
  }
  // The browser's own paste follows, which asks for no permission.
  return key !== 'v'
}

function copy(terminal: Terminal): void {
  const text = terminal.getSelection()
  if (text === '') return
  navigator.clipboard.writeText(text).catch(() => document.execCommand('copy'))
  terminal.clearSelection()
}

function theme(): ITheme {
  const colours = COLOURS.flatMap((name) => [
    [name, tokens(`--ansi-${name}`)],
    [`bright${name[0]?.toUpperCase()}${name.slice(1)}`, tokens(`--ansi-bright-${name}`)],
  ])
  return {
    ...Object.fromEntries(colours),
    background: tokens('--editor-background'),
    foreground: tokens('--editor-text'),
    cursor: tokens('--editor-cursor'),
    cursorAccent: tokens('--editor-background'),
    selectionBackground: tokens('--editor-selection'),
  }
}

const tokens = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()
