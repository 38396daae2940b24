/** What moves, what is made again, and what stays; and what became of it. */
import type { MovedVariable, MovePlan, MoveReason, MoveReport } from '@yesterday/server/contract/move.ts'
import type { ReactNode } from 'react'
import { locale } from '../../text/locale.ts'
import { t } from '../../text/text.ts'
import { durationText, sizeText } from '../../ui/time.ts'

/** The button that led here is gone: the focus goes on to what came of it. */
const focus = (element: HTMLElement | null): void => element?.focus()

export function MovePlanView({ plan }: { readonly plan: MovePlan }) {
  const { source, target, variables, files, packages, random, environment } = plan
  const of = (way: MovedVariable['way']): readonly MovedVariable[] =>
    variables.filter((one) => one.way === way)
  const [sent, stays] = [
    files.filter(({ reason }) => reason === null),
    files.filter(({ reason }) => reason !== null),
  ]
  const hidden = environment.filter((one) => one.hidden).map(({ name }) => name)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys can scroll only what has the focus
    <section ref={focus} className="move-plan" tabIndex={0} aria-label={t('move.plan')}>
      <p>
        {t('move.sides', {
          ...{ source: source.displayName, sourcePython: source.python },
          ...{ target: target.displayName, targetPython: target.python },
        })}{' '}
        {plan.bytes > 0 && t('move.size', { size: sizeText(plan.bytes, locale) })}
      </p>
      {plan.isBack && <p>{t('move.isBack')}</p>}
      <Group words="move.left" items={of('left')} isOpen show={reasoned} />
      <Group words="move.packages" items={packages} isOpen show={packageText} />
      <Group words="move.filesLeft" items={stays} isOpen show={reasoned} />
      {hidden.length > 0 && <p>{t('move.hidden', { names: hidden.join(', ') })}</p>}
      <Group words="move.sent" items={of('sent')} show={sized} />
      <Group words="move.rerun" items={of('rerun')} show={named} />
      {plan.runs.length > 0 && (
        <>
          <p>{t('move.runs', { time: durationText(plan.expectedMs) })}</p>
          <ul>
            {plan.runs.map(({ run, cell, title }) => (
              <li key={run}>{t('move.cell', { cell: cell ?? '–', title })}</li>
            ))}
          </ul>
        </>
      )}
      <Group words="move.present" items={of('present')} show={named} />
      <Group words="move.files" items={sent} show={sized} />
      {random.length > 0 && <p>{t('move.states', { names: random.join(', ') })}</p>}
    </section>
  )
}

type GroupWords =
  | 'move.left'
  | 'move.packages'
  | 'move.filesLeft'
  | 'move.sent'
  | 'move.rerun'
  | 'move.present'
  | 'move.files'

function Group<Item extends { readonly name: string }>(props: {
  readonly words: GroupWords
  readonly items: readonly Item[]
  readonly isOpen?: boolean
  readonly show: (item: Item) => ReactNode
}) {
  const { words, items, isOpen = false, show } = props
  if (items.length === 0) return null
  return (
    <details open={isOpen}>
      <summary>{t(words, { count: items.length })}</summary>
      <ul>
        {items.map((item) => (
          <li key={item.name}>{show(item)}</li>
        ))}
      </ul>
    </details>
  )
}

const named = ({ name }: { readonly name: string }): ReactNode => <code>{name}</code>

const sized = ({ name, bytes }: { readonly name: string; readonly bytes: number | null }): ReactNode => (
  <>
    <code>{name}</code> {bytes !== null && <small>{sizeText(bytes, locale)}</small>}
  </>
)

const reasoned = ({
  name,
  reason,
}: {
  readonly name: string
  readonly reason: MoveReason | null
}): ReactNode => (
  <>
    <code>{name}</code>
    {reason !== null && ` – ${reasonText(reason)}`}
  </>
)

const reasonText = ({ code, values }: MoveReason): string =>
  t(`move.reason.${code}`, { package: '', effect: '', why: '', limit: '', ...values })

const packageText = ({ name, source, target }: MovePlan['packages'][number]): string =>
  target === null
    ? t('move.packageMissing', { name, source })
    : t('move.packageOther', { name, source, target })

export function MoveResult({ report }: { readonly report: MoveReport }) {
  const { variables, target } = report.plan
  const of = (result: MovedVariable['result']): readonly string[] =>
    variables.flatMap((one) => (one.result === result && one.way !== 'left' ? [one.name] : []))
  const [there, differs, missing] = [of('there'), of('differs'), of('missing')]
  const count = there.length + differs.length
  return (
    <div ref={focus} role="status" tabIndex={-1} className="move-result">
      <p>{t('move.done', { name: target.displayName, count, total: variables.length })}</p>
      {differs.length > 0 && <p>{t('move.differs', { names: differs.join(', ') })}</p>}
      {missing.length > 0 && <p>{t('move.missing', { names: missing.join(', ') })}</p>}
      <Group words="move.left" items={variables.filter(({ way }) => way === 'left')} show={reasoned} />
      {report.problems.map((problem) => (
        <p key={problem}>{problem}</p>
      ))}
      {report.kept && <p>{t('move.kept')}</p>}
    </div>
  )
}
