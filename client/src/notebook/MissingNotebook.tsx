/** In place of a notebook that is not at the address. */
import { navigate } from '../navigation/route.ts'
import { t } from '../text/text.ts'

export function MissingNotebook({ path, onRetry }: { readonly path: string; readonly onRetry: () => void }) {
  return (
    <section className="home home-empty">
      <h1>{t('link.noNotebook')}</h1>
      <p>{t('link.noNotebookHint', { path })}</p>
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
