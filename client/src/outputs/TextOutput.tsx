/** Text of an output. Long text is folded, and unfolds by pages, so that no text can freeze the page. */
import { useState } from 'react'
import { t } from '../text/text.ts'
import { AnsiText } from './AnsiText.tsx'

const FOLD = 40
const PAGE = 2_000
/** Characters of one line that are drawn; a line without end is as heavy as many. */
const LINE = 20_000
/** So many times longer a line is drawn for each time that a person asks. */
const WIDER = 10

/** The text in its colours. `label` names it where it is not plain output. */
export function TextOutput({ text, label }: { readonly text: string; readonly label?: string }) {
  const [shown, setShown] = useState(FOLD)
  const [width, setWidth] = useState(LINE)
  const lines = text.replace(/\n$/, '').split('\n')
  const left = lines.length - shown
  const visible = lines.slice(0, shown)
  const drawn = visible.map((line) => line.slice(0, width)).join('\n')
  const cut = visible.reduce((sum, line) => sum + Math.max(0, line.length - width), 0)
  return (
    <>
      <pre className="output-text">
        {label !== undefined && <span className="visually-hidden">{label}: </span>}
        <AnsiText text={drawn} />
      </pre>
      {cut > 0 && (
        <button type="button" className="button button-small" onClick={() => setWidth(width * WIDER)}>
          {t('outputs.showWider', { count: cut })}
        </button>
      )}
      {left > 0 && (
        <button type="button" className="button button-small" onClick={() => setShown(shown + PAGE)}>
          {left <= PAGE
            ? t('outputs.showAll', { count: lines.length })
            : t('outputs.showMore', { count: PAGE })}
        </button>
      )}
      {shown > FOLD && (
        <button type="button" className="button button-small button-quiet" onClick={() => setShown(FOLD)}>
          {t('outputs.showLess')}
        </button>
      )}
    </>
  )
}
