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
 * Programs choose colours for a terminal that they do not see. On the page's own ground a text colour keeps its hue
 * and takes a lightness that can be read there; on a ground of the program's own it stays as it was chosen.
 */
function legible(color: string, { background, inverse }: AnsiStyle): string {
  if (!color.startsWith('rgb') || background !== null || inverse) return color
  return `oklch(from ${color} clamp(var(--ansi-darkest), l, var(--ansi-lightest)) c h)`
}

function cssOf(style: AnsiStyle): CSSProperties {
  const color = style.color === null ? null : legible(cssColor(style.color), style)
  const background = style.background === null ? null : cssColor(style.background)
  const [front, back] = style.inverse
    ? [background ?? 'var(--surface)', color ?? 'var(--text)']
    : // Text of no colour on a coloured ground must be legible on it.
      [color ?? (background === null ? null : 'var(--surface)'), background]
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
