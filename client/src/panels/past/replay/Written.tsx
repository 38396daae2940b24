/**
 * Files that a replay wrote, which are on no disk, and the question whether some of them shall be. Invariant: nothing is
 * applied before a person has chosen it and said so.
 */
import {
  type AppliedFile,
  AppliedFiles,
  type ReplayReport,
  type WrittenFile,
} from '@yesterday/server/contract/replay.ts'
import { type ChangeEvent, useState } from 'react'
import { type Answer, api } from '../../../api/api.ts'
import { locale } from '../../../text/locale.ts'
import { t } from '../../../text/text.ts'
import { ProblemBox } from '../../../ui/Problem.tsx'
import { sizeText } from '../../../ui/time.ts'
import { WrittenChanges } from './WrittenChanges.tsx'

const APPLY = '/api/replay/apply'

export function Written({ report }: { readonly report: ReplayReport }) {
  const { written, session } = report
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [answer, setAnswer] = useState<Answer<readonly AppliedFile[]> | null>(null)
  const [isBusy, setBusy] = useState(false)
  if (written.length === 0) return null
  const done = new Map(answer?.ok ? answer.value.map((file) => [file.name, file]) : [])
  const choose = (name: string, is: boolean): void =>
    setChosen(new Set(is ? [...chosen, name] : [...chosen].filter((one) => one !== name)))
  const apply = async (): Promise<void> => {
    setBusy(true)
    setAnswer(await api.send(AppliedFiles, APPLY, 'POST', { session, files: [...chosen] }))
    setChosen(new Set())
    setBusy(false)
  }
  return (
    <section aria-label={t('written.title')}>
      <h3>{t('written.title')}</h3>
      <p className="past-none">{t('written.hint')}</p>
      <ul className="written-files">
        {written.map((file) => (
          <File
            key={file.name}
            file={file}
            session={session}
            isChosen={chosen.has(file.name)}
            applied={done.get(file.name) ?? null}
            onChoose={(is) => choose(file.name, is)}
          />
        ))}
      </ul>
      {answer?.ok === false && <ProblemBox title={t('written.failed')} problem={answer.problem} />}
      {written.some(({ kept }) => kept) && (
        <button
          type="button"
          className="button"
          disabled={chosen.size === 0 || isBusy}
          onClick={() => void apply()}
        >
          {t('written.apply', { count: chosen.size })}
        </button>
      )}
    </section>
  )
}

function File(props: {
  readonly file: WrittenFile
  readonly session: string | null
  readonly isChosen: boolean
  readonly applied: AppliedFile | null
  readonly onChoose: (is: boolean) => void
}) {
  const { file, session, isChosen, applied, onChoose } = props
  const { name, change, kept } = file
  const isDone = applied?.isApplied === true
  const label = (
    <>
      <code>{name}</code> <small>{t(`written.${change}`)}</small>
    </>
  )
  const choose = (event: ChangeEvent<HTMLInputElement>): void => onChoose(event.target.checked)
  return (
    <li>
      {kept ? (
        <label>
          <input type="checkbox" checked={isChosen} disabled={isDone} onChange={choose} /> {label}
        </label>
      ) : (
        label
      )}{' '}
      <small>{sizesOf(file)}</small>
      {isDone && <small className="written-done"> · {t('written.applied')}</small>}
      {applied !== null && !isDone && <small className="receipt-changed"> · {applied.why}</small>}
      {kept && !isDone && session !== null && <WrittenChanges session={session} name={name} />}
    </li>
  )
}

function sizesOf({ change, size, sizeOnDisk }: WrittenFile): string {
  const text = (bytes: number | null): string => sizeText(bytes ?? 0, locale)
  return change === 'changed' ? `${text(sizeOnDisk)} → ${text(size)}` : text(size ?? sizeOnDisk)
}
