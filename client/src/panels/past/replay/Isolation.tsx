/** What keeps a replay from changing the present, in words. */
import type { Isolation } from '@yesterday/server/contract/replay.ts'
import { t } from '../../../text/text.ts'

export function IsolationNote({ isolation }: { readonly isolation: Isolation }) {
  const { name, writes, network, why } = isolation
  return (
    <section aria-label={t('isolation.title')}>
      <h3>
        {t('isolation.title')} <small>{name}</small>
      </h3>
      <p className={writes === 'open' ? 'receipt-changed' : 'past-none'}>
        {t(`isolation.${writes}`)} {t(`isolation.network.${network}`)}
      </p>
      {why !== null && (
        <details className="receipt-rest">
          <summary>{t('isolation.why')}</summary>
          <p>{why}</p>
        </details>
      )}
    </section>
  )
}
