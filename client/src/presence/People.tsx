/** The others in the notebook: faces in the toolbar, and names at the cell in which each is. */
import './presence.css'
import type { SessionView } from '@yesterday/server/contract/session.ts'
import { useSyncExternalStore } from 'react'
import type { Observable } from '../state/observable.ts'
import { useKeyed } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { initials, inkOn, peopleOf, type Visitor } from './people.ts'
import type { Presence } from './presence.ts'

/** One button for each person; pressing it follows them. It says where they are, and whether they type or run a cell. */
export function People(props: {
  readonly presence: Presence
  readonly session: Observable<SessionView>
  /** A cell's place among all, from 1; null if it is gone. */
  readonly placeOf: (cell: string) => number | null
}) {
  const { presence, session, placeOf } = props
  const { visitors, following } = presence
  const people = peopleOf(useSyncExternalStore(visitors.subscribe, visitors.get))
  const followed = useSyncExternalStore(following.subscribe, following.get)
  const running = useSyncExternalStore(session.subscribe, () => session.get().running?.actor.id ?? null)
  if (people.length === 0) return null
  const name = people.find(({ id }) => id === followed)?.name
  return (
    <>
      <ul className="people" aria-label={t('presence.here')}>
        {people.map((person) => (
          <li key={person.id}>
            <Face
              person={person}
              isFollowed={followed === person.id}
              doing={doingOf(person, running === person.id, placeOf)}
              onFollow={(id) => presence.follow(id)}
            />
          </li>
        ))}
      </ul>
      <span className="people-followed" role="status">
        {name !== undefined && t('presence.followingEnds', { name })}
      </span>
    </>
  )
}

function Face(props: {
  readonly person: Visitor
  readonly isFollowed: boolean
  readonly doing: readonly string[]
  readonly onFollow: (person: string | null) => void
}) {
  const { person, isFollowed, doing, onFollow } = props
  const { id, name, color } = person
  const words = (first: string): string => [first, ...doing].join(', ')
  return (
    <button
      type="button"
      className="face"
      style={{ background: color, color: inkOn(color) }}
      data-busy={doing.length > 1}
      aria-pressed={isFollowed}
      aria-label={words(t('presence.follow', { name }))}
      title={words(t(isFollowed ? 'presence.following' : 'presence.follow', { name }))}
      onClick={() => onFollow(isFollowed ? null : id)}
    >
      {initials(name)}
    </button>
  )
}

/** Where the person is, then what they do there. */
function doingOf(
  { cursors, typing }: Visitor,
  isRunning: boolean,
  placeOf: (cell: string) => number | null,
): readonly string[] {
  const cell = cursors[0]?.cell
  const place = cell === undefined ? null : placeOf(cell)
  return [
    place === null ? t('presence.somewhere') : t('presence.at', { n: place }),
    ...(typing ? [t('presence.typing')] : []),
    ...(isRunning ? [t('presence.running')] : []),
  ]
}

/** Who is in this cell, by name. */
export function CellPeople({ presence, cell }: { readonly presence: Presence; readonly cell: string }) {
  const here = useKeyed(presence.here, cell)
  if (here === undefined) return null
  return (
    <ul className="cell-people" aria-label={t('presence.inCell')}>
      {here.split('\n').map((line) => (
        <li key={line.slice(8)} style={{ background: line.slice(0, 7), color: inkOn(line.slice(0, 7)) }}>
          {line.slice(8)}
          {line[7] === '1' && (
            <span className="typing" role="img" aria-label={t('presence.typing')}>
              …
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}
