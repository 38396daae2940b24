/** What keeps a replay from changing the present, in words. */

import type { Isolation } from '@yesterday/server/contract/replay.ts'
import { isolationSentences } from '@yesterday/server/contract/replay-words.ts'
import { say, t } from '../../../text/text.ts'

export function IsolationNote({ isolation }: { readonly isolation: Isolation }) {
  const { name, writes, why } = isolation
  return (
    <section aria-label={t('isolation.title')}>
      <h3>
        {t('isolation.title')} <small>{name}</small>
      </h3>
      <p className={writes === 'open' ? 'receipt-changed' : 'past-none'}>
        {isolationSentences(isolation, say).join(' ')}
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
