/** How a file that a replay wrote differs from the one on disk; asked for when it is opened. */
import { WrittenDiff } from '@yesterday/server/contract/replay.ts'
import { useState } from 'react'
import { type Answer, api } from '../../../api/api.ts'
import { t } from '../../../text/text.ts'
import { ProblemBox } from '../../../ui/Problem.tsx'
import { TextDiff } from '../compare/TextDiff.tsx'

const DIFF = '/api/replay/diff'
/** In the place of lines that are the same. */
const GAP = '\n⋯\n'

export function WrittenChanges({ session, name }: { readonly session: string; readonly name: string }) {
  const [isOpen, setOpen] = useState(false)
  const [answer, setAnswer] = useState<Answer<WrittenDiff> | null>(null)
  const toggle = async (opens: boolean): Promise<void> => {
    setOpen(opens)
    if (opens) setAnswer(await api.send(WrittenDiff, DIFF, 'POST', { session, file: name }))
  }
  return (
    <details
      className="receipt-rest"
      open={isOpen}
      onToggle={(event) => {
        const opens = event.currentTarget.open
        if (opens !== isOpen) void toggle(opens)
      }}
    >
      <summary aria-label={t('written.diffOf', { name })}>{t('written.diff')}</summary>
      {isOpen && <Shown answer={answer} name={name} />}
    </details>
  )
}

function Shown({ answer, name }: { readonly answer: Answer<WrittenDiff> | null; readonly name: string }) {
  if (answer === null) return <small role="status">{t('app.loading')}</small>
  if (!answer.ok) return <ProblemBox title={t('written.diffFailed')} problem={answer.problem} />
  const { parts, rest, why } = answer.value
  if (why !== null) return <small>{t('written.noDiff', { why })}</small>
  const side = (left: 'removed' | 'added'): string =>
    parts
      .map((part) =>
        part
          .filter(({ type }) => type !== left)
          .map(({ text }) => text)
          .join('\n'),
      )
      .join(GAP)
  return (
    <>
      <TextDiff
        left={side('added')}
        right={side('removed')}
        language={name.endsWith('.py') ? 'python' : 'plaintext'}
        label={name}
      />
      {rest > 0 && <small>{t('outputs.more', { count: rest })}</small>}
    </>
  )
}
