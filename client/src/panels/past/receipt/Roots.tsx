/** What changed further up than the inputs of a run: files, modules and code of earlier runs, the nearest first. */
import type { ChangedRoot } from '@yesterday/server/contract/past.ts'
import { t } from '../../../text/text.ts'

const FEW = 5

export function Roots(props: {
  readonly roots: readonly ChangedRoot[]
  readonly onRun: (run: string) => void
}) {
  const { roots, onRun } = props
  if (roots.length === 0) return null
  const rest = roots.length - FEW
  return (
    <section className="receipt-roots" aria-label={t('roots.title')}>
      <h3>{t('roots.title')}</h3>
      <ul>
        {roots.slice(0, FEW).map((root) => (
          <li key={`${root.kind} ${root.name} ${root.by.run}`}>
            {root.kind !== 'file' && `${t(`roots.${root.kind}`)} `}
            <code>{root.name}</code>{' '}
            <span className="receipt-aside">
              (
              <button type="button" className="receipt-link" onClick={() => onRun(root.by.run)}>
                {t('why.run', { order: root.by.order })}
              </button>
              , <strong className="receipt-changed">{t(`now.${root.changed}`)}</strong>)
            </span>
          </li>
        ))}
        {rest > 0 && <li>{t('why.more', { count: rest })}</li>}
      </ul>
    </section>
  )
}
