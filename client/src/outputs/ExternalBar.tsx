/** The question whether outputs of a notebook from elsewhere may load content from other hosts. */
import './external-bar.css'
import type { ExternalContent } from '../frames/external-content.ts'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { Globe } from '../ui/icons.ts'

/** Hosts that are named; of further ones, the number. */
const NAMED = 2

/** Nothing until an output was kept from loading something, and after the answer. */
export function ExternalBar({ external }: { readonly external: ExternalContent }) {
  const hosts = useWatched(external.blocked, (blocked) => blocked)
  const consent = useWatched(external.consent, (answer) => answer)
  if (consent !== null || hosts.length === 0) return null
  return (
    <section className="notebook-banner external-bar" aria-label={t('external.label')}>
      <Globe size={20} aria-hidden="true" />
      <p>
        <strong>{t('external.ask', { hosts: hostWords(hosts) })}</strong> {t('external.means')}
      </p>
      <div className="external-answers">
        <button type="button" className="button" onClick={() => external.answer('load')}>
          {t('external.load')}
        </button>
        <button type="button" className="button" onClick={() => external.answer('block')}>
          {t('external.block')}
        </button>
        <button type="button" className="button" onClick={() => external.answer('never')}>
          {t('external.never')}
        </button>
      </div>
    </section>
  )
}

function hostWords(hosts: readonly string[]): string {
  const named = hosts.slice(0, NAMED).join(', ')
  const others = hosts.length - NAMED
  return others > 0 ? t('external.hosts', { named, count: others }) : named
}
