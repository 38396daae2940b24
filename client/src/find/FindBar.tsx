/** The field in which one asks what to find, and what to put in its place. Enter goes on, Escape leads to the match. */
import './find.css'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { IconButton } from '../ui/IconButton.tsx'
import { ChevronDown, ChevronUp, X } from '../ui/icons.ts'
import { notify } from '../ui/notices.ts'
import type { Asked, Finder, Match } from './finder.ts'
import { highlightMatches } from './marks.ts'

const choices = [
  ['matchCase', 'Aa', 'find.matchCase'],
  ['wholeWord', 'W', 'find.wholeWord'],
  ['regex', '.*', 'find.regex'],
] as const satisfies readonly (readonly [keyof Asked, string, string])[]

interface Props {
  readonly finder: Finder
  readonly writable: boolean
  /** Shows a match, leaving the focus where it is. */
  readonly onShow: (match: Match) => void
  /** Ends the search; the match that was chosen, where there is one. */
  readonly onClose: (match: Match | null) => void
  /** Keeps a replacement apart from what was written before and after it. */
  readonly onReplace: (act: () => void) => void
}

export function FindBar({ finder, writable, onShow, onClose, onReplace }: Props) {
  const field = useRef<HTMLInputElement>(null)
  const open = useWatched(finder.open, (now) => now)
  const text = useWatched(finder.query, (now) => now.text)
  const isWrong = useWatched(finder.found, (now) => now.problem !== null)
  const [words, setWords] = useState('')
  useEffect(() => highlightMatches(finder), [finder])
  // Each Ctrl-F leads back to the field.
  useEffect(() => void (open !== null && field.current?.select()), [open])
  const go = (by: 1 | -1): void => {
    const match = finder.go(by)
    if (match !== null) onShow(match)
  }
  const close = (): void => {
    const match = present(finder)
    finder.close()
    onClose(match)
  }
  const replace = (): void => {
    onReplace(() => finder.replace(words) || finder.go(1))
    const match = present(finder)
    if (match !== null) onShow(match)
  }
  const replaceAll = (): void => onReplace(() => reportReplaced(finder.replaceAll(words)))
  const onKey = (event: KeyboardEvent, act: () => void): void => {
    if (event.nativeEvent.isComposing) return
    if (event.key !== 'Escape' && event.key !== 'Enter') return
    event.preventDefault()
    event.stopPropagation()
    if (event.key === 'Escape') close()
    else act()
  }
  return (
    <search className="find" aria-label={t('find.label')}>
      <div className="find-line">
        <input
          ref={field}
          className="field"
          aria-label={t('find.what')}
          placeholder={t('find.what')}
          aria-invalid={isWrong}
          // biome-ignore lint/a11y/noAutofocus: one asked for just this field
          autoFocus
          spellCheck={false}
          value={text}
          onChange={(event) => finder.ask({ text: event.target.value })}
          onKeyDown={(event) => onKey(event, () => go(event.shiftKey ? -1 : 1))}
        />
        <Choices finder={finder} />
        <Steps onGo={go} onClose={close} />
      </div>
      {open?.replace === true && writable && (
        <ReplaceLine
          words={words}
          onWords={setWords}
          onKey={(event) => onKey(event, replace)}
          onReplace={replace}
          onReplaceAll={replaceAll}
        />
      )}
      <FoundLine finder={finder} mayReplace={open?.replace === false && writable} />
    </search>
  )
}

const reportReplaced = (count: number): void => notify('info', t('find.replaced', { count }))

function present(finder: Finder): Match | null {
  const { matches, at } = finder.found.get()
  return matches[at] ?? null
}

/** How to search: case, whole words, regular expressions. */
function Choices({ finder }: { readonly finder: Finder }) {
  const query = useWatched(finder.query, (now) => now)
  return choices.map(([name, sign, label]) => (
    <Choice
      key={name}
      sign={sign}
      label={t(label)}
      on={query[name]}
      onToggle={() => finder.ask({ [name]: !query[name] })}
    />
  ))
}

function Steps(props: { readonly onGo: (by: 1 | -1) => void; readonly onClose: () => void }) {
  return (
    <>
      <IconButton label={t('find.previous')} onClick={() => props.onGo(-1)}>
        <ChevronUp size={16} />
      </IconButton>
      <IconButton label={t('find.next')} onClick={() => props.onGo(1)}>
        <ChevronDown size={16} />
      </IconButton>
      <IconButton label={t('app.close')} onClick={props.onClose}>
        <X size={16} />
      </IconButton>
    </>
  )
}

function ReplaceLine(props: {
  readonly words: string
  readonly onWords: (words: string) => void
  readonly onKey: (event: KeyboardEvent) => void
  readonly onReplace: () => void
  readonly onReplaceAll: () => void
}) {
  return (
    <div className="find-line">
      <input
        className="field"
        aria-label={t('find.with')}
        placeholder={t('find.with')}
        spellCheck={false}
        value={props.words}
        onChange={(event) => props.onWords(event.target.value)}
        onKeyDown={props.onKey}
      />
      <button type="button" className="button button-small" onClick={props.onReplace}>
        {t('find.replace')}
      </button>
      <button type="button" className="button button-small" onClick={props.onReplaceAll}>
        {t('find.replaceAll')}
      </button>
    </div>
  )
}

/** How many were found, and where else to look; `mayReplace` offers the line for replacing. */
function FoundLine({ finder, mayReplace }: { readonly finder: Finder; readonly mayReplace: boolean }) {
  const query = useWatched(finder.query, (now) => now)
  const found = useWatched(finder.found, (now) => now)
  return (
    <div className="find-line find-foot">
      <span role="status">{found.problem ?? (query.text === '' ? '' : countWords(found))}</span>
      <label>
        <input
          type="checkbox"
          checked={query.outputs}
          onChange={(event) => finder.ask({ outputs: event.target.checked })}
        />
        {t('find.outputs')}
      </label>
      {mayReplace && (
        <button type="button" className="past-link" onClick={() => finder.show(true)}>
          {t('find.replaceToo')}
        </button>
      )}
    </div>
  )
}

function countWords(found: ReturnType<Finder['found']['get']>): string {
  const total = found.matches.length
  if (total === 0) return [t('find.none'), unread(found.unread)].join(' ').trim()
  const count = found.cut ? `${total}+` : total
  const place =
    found.at === -1 ? t('find.count', { count: total }) : t('find.place', { n: found.at + 1, count })
  return [place, unread(found.unread)].join(' ').trim()
}

const unread = (count: number): string => (count === 0 ? '' : t('find.unread', { count }))

function Choice(props: {
  readonly sign: string
  readonly label: string
  readonly on: boolean
  readonly onToggle: () => void
}) {
  return (
    <button
      type="button"
      className="icon-button find-choice"
      aria-pressed={props.on}
      aria-label={props.label}
      title={props.label}
      onClick={props.onToggle}
    >
      {props.sign}
    </button>
  )
}
