/** Names that are offered behind an `@` (ARIA's combobox with a list): the field keeps the focus and has the keys. */
import type { Actor } from '@yesterday/server/contract/session.ts'
import { type KeyboardEvent, useId, useState } from 'react'
import { useNotebook } from '../../access/context.ts'
import { mentionBefore } from '../../session/threads.ts'
import { useWatched } from '../../state/use-watched.ts'
import { t } from '../../text/text.ts'

const OFFERED = 6

/** What fits the words before the caret. `onText` gets the text with the chosen name, and where the caret is then. */
export function useMention(text: string, caret: number, onText: (text: string, caret: number) => void) {
  const { comments } = useNotebook()
  const people = useWatched(comments.people, (known) => known)
  const id = useId()
  const [at, setAt] = useState(0)
  const [closed, setClosed] = useState<number | null>(null)
  const found = mentionBefore(text, caret)
  const start = found === null || closed === found.start ? null : found.start
  const offered = start === null ? [] : fitting(people, found?.words ?? '')
  const place = Math.min(at, offered.length - 1)
  const chosen = offered[place] ?? null
  const choose = ({ name }: Actor): void => {
    if (start === null) return
    setClosed(start)
    setAt(0)
    onText(`${text.slice(0, start)}${name} ${text.slice(caret)}`, start + name.length + 1)
  }
  /** True if the key was for the list. */
  const onKey = (event: KeyboardEvent): boolean => {
    if (chosen === null) return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const isChoice = event.key === 'Tab' || (event.key === 'Enter' && !event.ctrlKey && !event.metaKey)
    if (step !== undefined) setAt((place + step + offered.length) % offered.length)
    else if (event.key === 'Escape') setClosed(start)
    else if (isChoice) choose(chosen)
    else return false
    event.preventDefault()
    event.stopPropagation()
    return true
  }
  const attributes = {
    role: 'combobox',
    'aria-expanded': offered.length > 0,
    'aria-controls': id,
    'aria-autocomplete': 'list',
    ...(chosen === null ? {} : { 'aria-activedescendant': `${id}-${chosen.id}` }),
  } as const
  return { id, offered, chosen, choose, onKey, attributes }
}

export function MentionList(props: {
  readonly id: string
  readonly offered: readonly Actor[]
  readonly chosen: Actor | null
  readonly choose: (person: Actor) => void
}) {
  const { id, offered, chosen, choose } = props
  return (
    <div
      id={id}
      className="mentions"
      role="listbox"
      tabIndex={-1}
      aria-label={t('comments.people')}
      hidden={offered.length === 0}
    >
      {offered.map((person) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
        <div
          key={person.id}
          id={`${id}-${person.id}`}
          role="option"
          tabIndex={-1}
          aria-selected={person === chosen}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(person)}
        >
          {person.name}
        </div>
      ))}
    </div>
  )
}

/** People with a word in their name that begins so. */
function fitting(people: readonly Actor[], words: string): readonly Actor[] {
  const begun = words.toLowerCase()
  const names = people.map((person) => ({ person, name: person.name.toLowerCase() }))
  const fits = names.filter(({ name }) => ` ${name}`.includes(` ${begun}`) && name !== begun.trim())
  return fits.slice(0, OFFERED).map(({ person }) => person)
}
