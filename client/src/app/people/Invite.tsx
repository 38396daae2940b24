/** Makes a link that invites people. The server shows its secret once, so the link stays here until the dialog closes. */
import type { GrantPlace } from '@yesterday/server/contract/grants.ts'
import { mayActAs, type Role } from '@yesterday/server/contract/route.ts'
import { useState } from 'react'
import type { Problem } from '../../api/api.ts'
import { t } from '../../text/text.ts'
import { MadeLink } from '../../ui/MadeLink.tsx'
import { ProblemBox } from '../../ui/Problem.tsx'
import { useOneAtATime } from '../../ui/use-one-at-a-time.ts'
import { peopleApi } from './people-api.ts'
import { RoleChoice } from './RoleChoice.tsx'

const DAYS = [1, 7, 30] as const
const USES = [1, 5, 20, 100] as const

export function Invite(props: {
  /** Null for the project. */
  readonly place: GrantPlace | null
  readonly onMade: () => void
}) {
  const { place, onMade } = props
  const [role, setRole] = useState<Role>('editor')
  const [days, setDays] = useState<number>(7)
  const [uses, setUses] = useState<number>(1)
  const [link, setLink] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const make = useOneAtATime(async () => {
    const made = await peopleApi.invite({ role, days, uses, ...(place && { on: place }) })
    setProblem(made.ok ? null : made.problem)
    if (!made.ok) return
    setLink(`${location.origin}${made.value.path}`)
    onMade()
  })
  return (
    <section className="share-invite">
      <div className="share-choices">
        <div className="share-choice">
          <span aria-hidden="true">{t('share.role')}</span>
          <RoleChoice label={t('share.role')} value={role} hasOwner={place === null} onChoose={setRole} />
        </div>
        <NumberChoice
          label={t('share.expires')}
          values={DAYS}
          value={days}
          onChoose={setDays}
          words={inDays}
        />
        <NumberChoice
          label={t('share.uses')}
          values={USES}
          value={uses}
          onChoose={setUses}
          words={forPeople}
        />
        <button type="button" className="button button-primary" onClick={make}>
          {t('share.make')}
        </button>
      </div>
      <p className="share-note">
        {place === null ? t(`role.${role}Means`) : t('share.onlyHere')}{' '}
        {mayActAs(role, 'runner') && <strong>{t('share.shell')}</strong>}
      </p>
      {problem !== null && <ProblemBox problem={problem} />}
      {link !== null && (
        <MadeLink
          label={t('share.link')}
          link={link}
          copied={t('share.copied')}
          note={isLocal() ? `${t('share.once')} ${t('share.local')}` : t('share.once')}
        />
      )}
    </section>
  )
}

const inDays = (count: number): string => t('share.days', { count })
const forPeople = (count: number): string => t('share.people', { count })

function NumberChoice(props: {
  readonly label: string
  readonly values: readonly number[]
  readonly value: number
  readonly words: (value: number) => string
  readonly onChoose: (value: number) => void
}) {
  return (
    <label>
      {props.label}
      <select
        className="field"
        value={props.value}
        onChange={(event) => props.onChoose(Number(event.target.value))}
      >
        {props.values.map((value) => (
          <option key={value} value={value}>
            {props.words(value)}
          </option>
        ))}
      </select>
    </label>
  )
}

const isLocal = (): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)
