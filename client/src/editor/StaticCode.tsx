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
  /** Lines have their numbers. */
  readonly numbered?: boolean
  readonly placeholder?: string
}

export const StaticCode = memo(function StaticCode(props: Props) {
  const { text, language, coloured, numbered = false, placeholder } = props
  const tokenize = (coloured ? tokenizers[language] : undefined) ?? (() => plainLine)
  const lines = colour(text, tokenize())
  return (
    <pre
      className="static-code"
      data-numbered={numbered ? '' : undefined}
      data-placeholder={text === '' ? placeholder : undefined}
    >
      {numbered
        ? lines.map(numberedLine)
        : lines.flatMap((line, row) => (row === 0 ? line : ['\n', ...line]))}
      {!numbered && '\n'}
    </pre>
  )
})

const numberedLine = (line: readonly ReactNode[], row: number): ReactNode => (
  <span key={row} className="static-line">
    {line}
  </span>
)

const plainLine: TokenizeNext = (line) => (line === '' ? [] : [{ start: 0, kind: 'text' }])

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

/** Each line as its coloured parts. */
function colour(text: string, tokenize: TokenizeNext): ReactNode[][] {
  return text.split('\n').map((line, row) => {
    const nodes: ReactNode[] = []
    const tokens = tokenize(line)
    for (const [index, token] of tokens.entries()) {
      const part = line.slice(token.start, tokens[index + 1]?.start)
      if (token.kind === 'text') nodes.push(part)
      else
        nodes.push(
          // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
          <span key={`${row}:${index}`} className={`tok-${token.kind}`}>
            {part}
          </span>,
        )
    }
    return nodes
  })
}
