/**
 * A cell's source as coloured text without an editor, with the very metrics of the live one (editor.css), so that
 * nothing moves when the editor takes its place. Colours come only when the cell is near the view.
 */
import { memo, type ReactNode } from 'react'
import { type LineState, tokenizeLine } from './python-tokens.ts'

interface Props {
  readonly text: string
  readonly language: string
  readonly coloured: boolean
  readonly placeholder?: string
}

export const StaticCode = memo(function StaticCode({ text, language, coloured, placeholder }: Props) {
  const content = coloured && language === 'python' ? colour(text) : text
  return (
    <pre className="static-code" data-placeholder={text === '' ? placeholder : undefined}>
      {content}
      {'\n'}
    </pre>
  )
})

function colour(text: string): ReactNode[] {
  const nodes: ReactNode[] = []
  let state: LineState = ''
  for (const [row, line] of text.split('\n').entries()) {
    if (row > 0) nodes.push('\n')
    const done = tokenizeLine(line, state)
    state = done.state
    for (const [index, token] of done.tokens.entries()) {
      const part = line.slice(token.start, done.tokens[index + 1]?.start)
      if (token.kind === 'text') nodes.push(part)
      else
        nodes.push(
          <span key={`${row}:${index}`} className={`tok-${token.kind}`}>
            {part}
          </span>,
        )
    }
  }
  return nodes
}
