/** Who has which role at a folder or notebook, why, and another role for them there. */
import {
  type AccessLine,
  type GrantPlace,
  PLACE_ROLES,
  type PlaceRole,
} from '@yesterday/server/contract/grants.ts'
import { useCallback } from 'react'
import { useLoaded } from '../../api/use-loaded.ts'
import { initials, inkOn } from '../../presence/people.ts'
import { t } from '../../text/text.ts'
import { notify } from '../../ui/notices.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { peopleApi } from './people-api.ts'

export function AccessList({ place }: { readonly place: GrantPlace }) {
  const { kind, path } = place
  const ask = useCallback((signal?: AbortSignal) => peopleApi.access({ kind, path }, signal), [kind, path])
  const { value, problem, again, take } = useLoaded(ask)
  const choose = async (person: string, role: PlaceRole | 'inherit'): Promise<void> => {
    const answer = await peopleApi.changeAccess({ person, place, role })
    if (!answer.ok) return notify('warning', answer.problem.message, answer.problem.hint)
    take(answer)
  }
  return (
    <section>
      <h3>{t(kind === 'folder' ? 'share.accessFolder' : 'share.accessNotebook')}</h3>
      {problem !== null && <ProblemBox problem={problem} onRetry={again} />}
      {value === null && problem === null && <p role="status">{t('app.loading')}</p>}
      <ul className="line-list">
        {value?.people.map((line) => (
          <Line key={line.person} line={line} onChoose={(role) => void choose(line.person, role)} />
        ))}
      </ul>
      <p className="share-note">{t('share.accessShell')}</p>
    </section>
  )
}

function Line(props: {
  readonly line: AccessLine
  readonly onChoose: (role: PlaceRole | 'inherit') => void
}) {
  const { line, onChoose } = props
  const { name, color, role, isHere } = line
  return (
    <li>
      <span className="share-face" style={{ background: color, color: inkOn(color) }} aria-hidden="true">
        {initials(name)}
      </span>
      <span className="line-what">
        <strong>{name}</strong>
        <small>{reasonOf(line)}</small>
      </span>
      <span className="line-acts">
        {role === 'owner' ? (
          <span>{t('role.owner')}</span>
        ) : (
          <select
            className="field"
            aria-label={t('share.roleOf', { name })}
            value={isHere ? role : 'inherit'}
            onChange={({ target: { value } }) => {
              const chosen = PLACE_ROLES.find((one) => one === value)
              onChoose(chosen ?? 'inherit')
            }}
          >
            <option value="inherit">
              {isHere ? t('share.inherit') : t('share.inherited', { role: t(`role.${role}`) })}
            </option>
            {PLACE_ROLES.map((one) => (
              <option key={one} value={one}>
                {t(`role.${one}`)}
              </option>
            ))}
          </select>
        )}
      </span>
    </li>
  )
}

function reasonOf({ role, from, isHere }: AccessLine): string {
  if (role === 'owner') return t('share.fromOwner')
  if (isHere) return t('share.fromHere')
  if (from.kind === 'project') return t('share.fromProject')
  return from.path === '' ? t('share.fromEverything') : t('share.fromPlace', { path: from.path })
}
