/** A field for a comment. `@` offers names; Ctrl-Enter sends; a text that could not be sent stays. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { Problem } from '../../api/api.ts'
import { t } from '../../text/text.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { MentionList, useMention } from './mention.tsx'

interface Props {
  readonly label: string
  readonly action: string
  readonly text?: string
  readonly isFocused?: boolean
  readonly onCancel?: () => void
  /** Answers why it was not sent; null if it was. */
  readonly onSend: (text: string) => Promise<Problem | null>
}

const LONGEST = 10_000

export function Composer({ label, action, text: first = '', isFocused = false, onCancel, onSend }: Props) {
  const field = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useState(first)
  const [caret, setCaret] = useState(0)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isSending, setSending] = useState(false)
  useEffect(() => {
    if (isFocused) field.current?.focus()
  }, [isFocused])
  const send = async (): Promise<void> => {
    if (text.trim() === '' || isSending) return
    setSending(true)
    const failed = await onSend(text.trim())
    setSending(false)
    setProblem(failed)
    if (failed === null) setText('')
  }
  const mention = useMention(text, caret, (next, at) => {
    setText(next)
    setCaret(at)
    requestAnimationFrame(() => field.current?.setSelectionRange(at, at))
  })
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || mention.onKey(event)) return
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void send()
    } else if (event.key === 'Escape' && onCancel !== undefined) {
      event.preventDefault()
      event.stopPropagation()
      onCancel()
    }
  }
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <textarea
        ref={field}
        className="field"
        rows={3}
        maxLength={LONGEST}
        aria-label={label}
        placeholder={t('comments.hint')}
        value={text}
        {...mention.attributes}
        onChange={(event) => {
          setText(event.target.value)
          setCaret(event.target.selectionStart)
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
      />
      <MentionList {...mention} />
      {problem !== null && <ProblemBox title={t('comments.notSent')} problem={problem} />}
      <Verbs action={action} isReady={text.trim() !== '' && !isSending} onCancel={onCancel} />
    </form>
  )
}

function Verbs(props: {
  readonly action: string
  readonly isReady: boolean
  readonly onCancel: (() => void) | undefined
}) {
  return (
    <span className="composer-verbs">
      <button type="submit" className="button button-small button-primary" disabled={!props.isReady}>
        {props.action}
      </button>
      {props.onCancel !== undefined && (
        <button type="button" className="button button-small" onClick={props.onCancel}>
          {t('comments.cancel')}
        </button>
      )}
    </span>
  )
}
