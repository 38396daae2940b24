/** A value as a picture that the kernel draws. */
import type { ValueAnswers } from '@yesterday/server/contract/variables.ts'
import { useEffect, useState } from 'react'
import { useNotebook } from '../../access/context.ts'
import type { ValuePlace, ValueResult } from '../../session/values.ts'
import { problemWords } from '../../tables/problem-words.ts'
import { t } from '../../text/text.ts'

export function Picture({ place }: { readonly place: ValuePlace }) {
  const { values } = useNotebook()
  const [answer, setAnswer] = useState<ValueResult<ValueAnswers['picture']> | null>(null)
  const key = JSON.stringify(place)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says which place it is
  useEffect(() => {
    let isOld = false
    void values.picture(place).then((next) => {
      if (!isOld) setAnswer(next)
    })
    return () => {
      isOld = true
    }
  }, [values, key])
  if (answer === null) return <p className="variables-note">{t('app.loading')}</p>
  if (!answer.ok) return <p className="value-problem">{problemWords(answer)}</p>
  const { png, width, height } = answer.value.picture
  return (
    <img
      className="value-picture"
      src={`data:image/png;base64,${png}`}
      alt={t('value.pictureOf', { name: place.name, width, height })}
      data-small={Math.max(width, height) < 200}
    />
  )
}
