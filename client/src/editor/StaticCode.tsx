/**
 * A cell's source as coloured text without an editor, with the very metrics of the live one (editor.css), so that
 * nothing moves when the editor takes its place. Colours come only when the cell is near the view.
 */
import { memo, type ReactNode } from 'react'
import { type LineState, type Token, tokenizeLine } from './python-tokens.ts'
import { type SqlState, tokenizeSqlLine } from './sql-tokens.ts'

interface Props {
  readonly text: string
  readonly language: string
  readonly coloured: boolean
  readonly placeholder?: string
}

export const StaticCode = memo(function StaticCode({ text, language, coloured, placeholder }: Props) {
  const tokenize = coloured ? tokenizers[language] : undefined
  const content = tokenize === undefined ? text : colour(text, tokenize())
  return (
    <pre className="static-code" data-placeholder={text === '' ? placeholder : undefined}>
      {content}
      {'\n'}
    </pre>
  )
})

type TokenizeNext = (line: string) => readonly Token[]

/** By language what colours one line after the other. */
const tokenizers: Readonly<Record<string, () => TokenizeNext>> = {
  python: () => {
    let state: LineState = ''
    return (line) => {
      const done = tokenizeLine(line, state)
      state = done.state
      return done.tokens
    }
  },
  sql: () => {
    let state: SqlState = ''
    return (line) => {
      const done = tokenizeSqlLine(line, state)
      state = done.state
      return done.tokens
    }
  },
}

function colour(text: string, tokenize: TokenizeNext): ReactNode[] {
  const nodes: ReactNode[] = []
  for (const [row, line] of text.split('\n').entries()) {
    if (row > 0) nodes.push('\n')
    const tokens = tokenize(line)
    for (const [index, token] of tokens.entries()) {
      const part = line.slice(token.start, tokens[index + 1]?.start)
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
