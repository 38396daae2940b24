/** The members: who they are, when they were here last, their role, and the way to remove them. */
import type { Member } from '@yesterday/server/contract/people.ts'
import type { Role } from '@yesterday/server/contract/route.ts'
import { useState, useSyncExternalStore } from 'react'
import type { Answer } from '../../api/api.ts'
import { loadMe, me } from '../../api/me-store.ts'
import { initials, inkOn } from '../../presence/people.ts'
import { t } from '../../text/text.ts'
import { notify } from '../../ui/notices.ts'
import { Time } from '../../ui/Time.tsx'
import { peopleApi } from './people-api.ts'
import { RoleChoice } from './RoleChoice.tsx'

export function Members(props: { readonly members: readonly Member[]; readonly onChanged: () => void }) {
  const { members, onChanged } = props
  return (
    <section>
      <h3>{t('share.members', { count: members.length })}</h3>
      <ul className="line-list">
        {members.map((member) => (
          <MemberLine key={member.id} member={member} onChanged={onChanged} />
        ))}
      </ul>
    </section>
  )
}

function MemberLine({ member, onChanged }: { readonly member: Member; readonly onChanged: () => void }) {
  const { id, name, color, role } = member
  const self = useSyncExternalStore(me.subscribe, me.get)
  const [isAsked, setAsked] = useState(false)
  const isSelf = self?.actor.id === id
  const settle = (answer: Answer<unknown>): void => {
    if (!answer.ok) notify('warning', answer.problem.message, answer.problem.hint)
    setAsked(false)
    if (isSelf) void loadMe()
    onChanged()
  }
  const choose = async (next: Role): Promise<void> => settle(await peopleApi.changeRole(id, next))
  const remove = async (): Promise<void> => settle(await peopleApi.remove(id))
  return (
    <li>
      <span className="share-face" style={{ background: color, color: inkOn(color) }} aria-hidden="true">
        {initials(name)}
      </span>
      <span className="line-what">
        <strong>
          {name} {isSelf && <span className="share-note">({t('share.you')})</span>}
        </strong>
        <small>
          {member.isGuest && `${t('share.guest')} · `}
          {member.provider !== null && `${t('share.provider', { provider: member.provider })} · `}
          {member.lastUsed === null ? t('share.away') : <Time iso={member.lastUsed} />}
        </small>
      </span>
      <span className="line-acts">
        {!member.isManaged ? (
          <RoleChoice
            label={t('share.roleOf', { name })}
            value={role}
            onChoose={(next) => void choose(next)}
          />
        ) : (
          t(`role.${role}`)
        )}
        {isAsked ? (
          <button
            type="button"
            className="button button-small button-danger"
            // biome-ignore lint/a11y/noAutofocus: the answer to the button that was here before
            autoFocus
            onBlur={() => setAsked(false)}
            onClick={() => void remove()}
          >
            {t('share.removeSure', { name })}
          </button>
        ) : (
          <button
            type="button"
            className="button button-small"
            aria-label={t('share.removeName', { name })}
            onClick={() => setAsked(true)}
          >
            {t('share.remove')}
          </button>
        )}
      </span>
    </li>
  )
}
