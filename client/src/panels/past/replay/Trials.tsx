/** The proof as a grid: a row for each try, a column for each change that was reverted in it, and the result. */

import type { Cause, Trial } from '@yesterday/server/contract/replay.ts'
import { causeName } from '@yesterday/server/contract/replay-words.ts'
import { say, t } from '../../../text/text.ts'

export function Trials({
  trials,
  causes,
}: {
  readonly trials: readonly Trial[]
  readonly causes: readonly Cause[]
}) {
  const tried = causes.filter(({ id }) => trials.some(({ swapped }) => swapped.includes(id)))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="trials" tabIndex={0} aria-label={t('since.trials')}>
      <table>
        <caption>{t('since.trialsHint')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('since.try')}</th>
            {tried.map((cause) => (
              <th key={cause.id} scope="col">
                {causeName(cause, say)}
              </th>
            ))}
            <th scope="col">{t('since.comesOut')}</th>
          </tr>
        </thead>
        <tbody>
          {trials.map((trial, index) => (
            <tr key={trial.swapped.join(' ')} data-explains={trial.explains}>
              <th scope="row">{index + 1}</th>
              {tried.map(({ id }) => (
                <td key={id}>{t(trial.swapped.includes(id) ? 'since.asThen' : 'since.asNow')}</td>
              ))}
              <td>
                <Result trial={trial} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Result({ trial }: { readonly trial: Trial }) {
  const word = trial.verdict === null ? 'untried' : trial.explains ? 'right' : 'wrong'
  return (
    <span className={`trial-${word}`} title={trial.verdict === null ? trial.words : undefined}>
      <span aria-hidden="true">{{ right: '✓', wrong: '✗', untried: '–' }[word]}</span> {t(`since.${word}`)}
    </span>
  )
}
