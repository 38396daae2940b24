/** One's own face, and the question who one is. */
import './person.css'
import { type Me, PERSON_COLORS } from '@yesterday/server/contract/http.ts'
import { useState } from 'react'
import type { Problem } from '../api/api.ts'
import { changeMe } from '../api/me-store.ts'
import { initials, inkOn } from '../presence/people.ts'
import { t } from '../text/text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { ProblemBox } from '../ui/Problem.tsx'
import { Account } from './people/Account.tsx'

export function Person({ me }: { readonly me: Me }) {
  const [isAsked, setAsked] = useState(false)
  const { actor, color, isNamed } = me
  const label = t(isNamed ? 'person.you' : 'person.unnamed', { name: actor.name })
  return (
    <>
      <button
        type="button"
        className="person"
        data-named={isNamed}
        style={{ background: color, color: inkOn(color) }}
        aria-label={label}
        title={label}
        aria-haspopup="dialog"
        onClick={() => setAsked(true)}
      >
        {initials(actor.name)}
      </button>
      {isAsked && <PersonDialog me={me} onClose={() => setAsked(false)} />}
    </>
  )
}

function PersonDialog({ me, onClose }: { readonly me: Me; readonly onClose: () => void }) {
  const [name, setName] = useState(me.actor.name)
  const [color, setColor] = useState(me.color)
  const [problem, setProblem] = useState<Problem | null>(null)
  const save = async (): Promise<void> => {
    if (name.trim() === '') return
    const answer = await changeMe({ name: name.trim(), color })
    if (answer.ok) onClose()
    else setProblem(answer.problem)
  }
  return (
    <Dialog
      title={t('person.title')}
      action={t('person.save')}
      onClose={onClose}
      onAction={() => void save()}
    >
      <label className="person-name">
        {t('person.name')}
        <input
          className="field"
          autoComplete="name"
          maxLength={80}
          required
          value={name}
          onFocus={(event) => event.target.select()}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <fieldset className="person-colors">
        <legend>{t('person.color')}</legend>
        {PERSON_COLORS.map((one, place) => (
          <label key={one} style={{ background: one }}>
            <input
              type="radio"
              name="color"
              aria-label={t('person.colorNumber', { n: place + 1 })}
              checked={one === color}
              onChange={() => setColor(one)}
            />
          </label>
        ))}
      </fieldset>
      <p>{t('person.hint')}</p>
      {problem !== null && <ProblemBox problem={problem} />}
      <Account me={me} />
    </Dialog>
  )
}
