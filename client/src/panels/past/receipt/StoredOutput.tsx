/** What a run showed, from the object store: a picture, or the beginning of a text; of other forms name and size. */
import './stored.css'
import type { OutputEntry } from '@yesterday/server/contract/run.ts'
import { useEffect, useState } from 'react'
import { objectUrl } from '../../../api/api.ts'
import { withoutAnsi } from '../../../outputs/ansi.ts'
import { locale } from '../../../text/locale.ts'
import { t } from '../../../text/text.ts'
import { sizeText } from '../../../ui/time.ts'
import { isPicture, isText, shownForms, wordsOf } from './output-forms.ts'

/** So much of a text is shown, characters. */
const TEXT = 4000

/** All outputs of a run, each in its best form. */
export function StoredOutputs(props: {
  readonly outputs: readonly OutputEntry[]
  /** The output that is meant, by its place from 0. */
  readonly marked?: number | null
}) {
  const { outputs, marked = null } = props
  const shown = shownForms(outputs)
  if (shown.length === 0) return <p className="past-none">{t('receipt.outputsNone')}</p>
  return (
    <ul className="stored-list">
      {shown.map((output, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same bytes may be shown twice
        <li key={index} ref={index === marked ? showMarked : undefined} data-marked={index === marked}>
          <StoredOutput output={output} />
        </li>
      ))}
    </ul>
  )
}

/** Scrolls to what an address names, once it is there. */
export function showMarked(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'center' })
}

/** One output. */
export function StoredOutput({ output }: { readonly output: OutputEntry }) {
  if (isPicture(output.mime))
    return (
      <img
        className="stored-image"
        src={objectUrl(output.digest, output.mime)}
        alt={t('outputs.image')}
        loading="lazy"
      />
    )
  if (isText(output.mime)) return <StoredText output={output} />
  return (
    <p className="past-none">
      {t('stored.other', { mime: output.mime, size: sizeText(output.size, locale) })}
    </p>
  )
}

function StoredText({ output }: { readonly output: OutputEntry }) {
  const text = useObjectText(output.digest)
  if (text === null) return <p className="past-none">{t('app.loading')}</p>
  if (text === undefined) return <p className="past-none">{t('stored.gone')}</p>
  const plain = withoutAnsi(wordsOf(output.mime, text))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <pre className="stored-text" data-stream={output.name} tabIndex={0}>
      {plain.length > TEXT ? `${plain.slice(0, TEXT)}…` : plain}
    </pre>
  )
}

const MEGABYTE = 1024 * 1024

/** The text of an object: null while it comes, undefined where it is gone. At most the first megabyte is kept. */
export function useObjectText(digest: string | null): string | null | undefined {
  const [text, setText] = useState<string | null | undefined>(null)
  useEffect(() => {
    const gone = new AbortController()
    setText(null)
    if (digest === null) return
    fetchObject(digest, gone.signal).then(
      (body) => setText(body.slice(0, MEGABYTE)),
      () => gone.signal.aborted || setText(undefined),
    )
    return () => gone.abort()
  }, [digest])
  return text
}

/** The text of an object. Rejects where it is gone. */
export async function fetchObject(digest: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(objectUrl(digest), { signal })
  if (!response.ok) throw new Error(`object ${digest}: ${response.status}`)
  return await response.text()
}
