/** The public links that work, for owners: what they show, until when, when they were used, and the way to revoke one. */
import type { PublicLink } from '@yesterday/server/contract/public-links.ts'
import { publicLinksApi } from '../../api/public-links-api.ts'
import { useLoaded } from '../../api/use-loaded.ts'
import { isNotebook, type Route } from '../../navigation/route.ts'
import { locale } from '../../text/locale.ts'
import { t } from '../../text/text.ts'
import { notify } from '../../ui/notices.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { PublicLinkButton } from '../../ui/PublicLink.tsx'
import { exactTime } from '../../ui/time.ts'

export function PublicLinkList({ route }: { readonly route: Route }) {
  const { value, problem, again, take } = useLoaded(publicLinksApi.list)
  const notebook = route.at === 'file' && isNotebook(route.path) ? route.path : null
  const revoke = async (id: string): Promise<void> => {
    const answer = await publicLinksApi.revoke(id)
    if (!answer.ok) notify('warning', answer.problem.message, answer.problem.hint)
    else take(answer)
  }
  const links = value?.links ?? []
  if (notebook === null && links.length === 0 && problem === null) return null
  return (
    <section>
      <h3>{t('public.list')}</h3>
      {problem !== null && <ProblemBox problem={problem} onRetry={again} />}
      {notebook !== null && <PublicLinkButton isWide what={{ kind: 'notebook', notebook }} onMade={again} />}
      <ul className="line-list">
        {links.map((link) => (
          <Line key={link.id} link={link} onRevoke={() => void revoke(link.id)} />
        ))}
      </ul>
    </section>
  )
}

const wordsOf = (what: PublicLink['what']) =>
  what.kind !== 'result'
    ? 'public.ofNotebook'
    : what.output === undefined
      ? 'public.ofResult'
      : 'public.ofOutput'

function Line({ link, onRevoke }: { readonly link: PublicLink; readonly onRevoke: () => void }) {
  const { title, what, expires, lastUsed } = link
  return (
    <li>
      <span className="line-what">
        <strong>{title}</strong>
        <small>
          {t(wordsOf(what))} · {t('public.until', { time: exactTime(expires, locale) })} ·{' '}
          {lastUsed === null ? t('public.unused') : t('public.used', { time: exactTime(lastUsed, locale) })}
        </small>
      </span>
      <span className="line-acts">
        <button
          type="button"
          className="button button-small"
          aria-label={t('public.revokeName', { title })}
          onClick={onRevoke}
        >
          {t('share.revoke')}
        </button>
      </span>
    </li>
  )
}
