/** Text with terminal colours, as spans; the palette is the theme's. */
import type { CSSProperties } from 'react'
import { type AnsiColor, type AnsiStyle, parseAnsi, plainStyle } from './ansi.ts'

/** The text, coloured. */
export function AnsiText({ text }: { readonly text: string }) {
  return parseAnsi(text).map((span, index) =>
    span.style === plainStyle ? (
      span.text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity but their place
      <span key={index} style={cssOf(span.style)}>
        {span.text}
      </span>
    ),
  )
}

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

const cssColor = (color: AnsiColor): string =>
  typeof color === 'string' ? color : `var(--ansi-${color > 7 ? 'bright-' : ''}${NAMES[color % 8]})`

/**
 * Programs choose colours for a terminal that they do not see. On the page's own ground, and on a tint of it, a text
 * colour keeps its hue and takes a lightness that can be read there; on a ground of the program's own it stays.
 */
function legible(color: string, { background, inverse }: AnsiStyle): string {
  if (!color.startsWith('rgb') || typeof background === 'string' || inverse) return color
  return `oklch(from ${color} clamp(var(--ansi-darkest), l, var(--ansi-lightest)) c h)`
}

/** The palette's colours are made to be read as text: as a ground they are but a tint. */
const groundOf = (color: AnsiColor): string =>
  typeof color === 'string' ? color : `color-mix(in oklch, ${cssColor(color)} 14%, var(--surface))`

/** Black or white, whichever can be read on a ground of the program's own. */
const textOn = (color: AnsiColor): string | null =>
  typeof color === 'string' ? `oklch(from ${color} clamp(0, (0.62 - l) * 1000, 1) 0 0)` : null

function cssOf(style: AnsiStyle): CSSProperties {
  const color = style.color === null ? null : legible(cssColor(style.color), style)
  const [front, back] = style.inverse
    ? [style.background === null ? 'var(--surface)' : cssColor(style.background), color ?? 'var(--text)']
    : style.background === null
      ? [color, null]
      : [color ?? textOn(style.background), groundOf(style.background)]
  const lines = [style.underline ? 'underline' : '', style.strike ? 'line-through' : ''].filter(Boolean)
  return {
    ...(front === null ? {} : { color: front }),
    ...(back === null ? {} : { background: back }),
    ...(style.bold ? { fontWeight: 700 } : {}),
    ...(style.faint ? { opacity: 0.75 } : {}),
    ...(style.italic ? { fontStyle: 'italic' } : {}),
    ...(lines.length > 0 ? { textDecoration: lines.join(' ') } : {}),
  }
}
