/** The others in the notebook: faces in the toolbar, and names at the cell in which each is. */
import './presence.css'
import { useSyncExternalStore } from 'react'
import { useKeyed } from '../notebook/use-cell.ts'
import { t } from '../text/text.ts'
import { initials, inkOn, peopleOf } from './people.ts'
import type { Presence } from './presence.ts'

/** One button for each person; pressing it follows them. */
export function People({ presence }: { readonly presence: Presence }) {
  const { visitors, following } = presence
  const people = peopleOf(useSyncExternalStore(visitors.subscribe, visitors.get))
  const followed = useSyncExternalStore(following.subscribe, following.get)
  if (people.length === 0) return null
  return (
    <ul className="people" aria-label={t('presence.here')}>
      {people.map(({ id, name, color }) => (
        <li key={id}>
          <button
            type="button"
            className="face"
            style={{ background: color, color: inkOn(color) }}
            aria-pressed={followed === id}
            aria-label={t('presence.follow', { name })}
            title={t(followed === id ? 'presence.following' : 'presence.follow', { name })}
            onClick={() => presence.follow(followed === id ? null : id)}
          >
            {initials(name)}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Who is in this cell, by name. */
export function CellPeople({ presence, cell }: { readonly presence: Presence; readonly cell: string }) {
  const here = useKeyed(presence.here, cell)
  if (here === undefined) return null
  return (
    <ul className="cell-people" aria-label={t('presence.inCell')}>
      {here.split('\n').map((line) => (
        <li key={line} style={{ background: line.slice(0, 7), color: inkOn(line.slice(0, 7)) }}>
          {line.slice(7)}
        </li>
      ))}
    </ul>
  )
}
