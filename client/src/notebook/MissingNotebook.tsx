/** In place of a notebook that is not at the address, or that the person may not see: the page does not say which. */
import { me } from '../api/me-store.ts'
import { navigate } from '../navigation/route.ts'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'

export function MissingNotebook({ path, onRetry }: { readonly path: string; readonly onRetry: () => void }) {
  const owners = useWatched(me, (known) =>
    known === null || known.role === 'owner' ? '' : known.owners.join(', '),
  )
  return (
    <section className="home home-empty">
      <h1>{t('link.noNotebook')}</h1>
      <p>{t(owners === '' ? 'link.noNotebookHint' : 'link.noAccessHint', { path })}</p>
      {owners !== '' && <p>{t('link.askOwner', { owners })}</p>}
      <p className="missing-verbs">
        <button type="button" className="button button-primary" onClick={() => navigate({ at: 'home' })}>
          {t('app.home')}
        </button>
        <button type="button" className="button" onClick={onRetry}>
          {t('app.retry')}
        </button>
      </p>
    </section>
  )
}
