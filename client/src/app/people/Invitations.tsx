/** The invitations that can still be used. */
import type { ListedInvitation, PeopleList } from '@yesterday/server/contract/people.ts'
import type { Answer } from '../../api/api.ts'
import { locale } from '../../text/locale.ts'
import { t } from '../../text/text.ts'
import { exactTime } from '../../ui/time.ts'
import { peopleApi } from './people-api.ts'

export function Invitations(props: {
  readonly invitations: readonly ListedInvitation[]
  readonly onChanged: (answer: Answer<PeopleList>) => void
}) {
  if (props.invitations.length === 0) return null
  return (
    <section>
      <h3>{t('share.invitations', { count: props.invitations.length })}</h3>
      <ul className="line-list">
        {props.invitations.map(({ id, role, place, expires, usesLeft, by }) => (
          <li key={id}>
            <span className="line-what">
              <strong>{t(`role.${place?.role ?? role}`)}</strong>
              <small>
                {place !== null && `${t(`share.${place.kind}`, { name: place.path })} · `}
                {t('share.left', { count: usesLeft })} ·{' '}
                {t('share.until', { time: exactTime(expires, locale), by })}
              </small>
            </span>
            <span className="line-acts">
              <button
                type="button"
                className="button button-small"
                aria-label={t('share.revokeRole', { role: t(`role.${place?.role ?? role}`) })}
                onClick={() => void peopleApi.revoke(id).then(props.onChanged)}
              >
                {t('share.revoke')}
              </button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
