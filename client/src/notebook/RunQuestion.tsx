/** Asks before a run that is expected to take long, or more memory than there is. Escape cancels. */
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { durationText } from '../ui/time.ts'
import { isTooLarge } from './forecast-total.ts'
import { sourceOf, totalText, warningText } from './forecast-words.ts'
import type { Notebook } from './notebook.ts'

export function RunQuestion({ notebook }: { readonly notebook: Notebook }) {
  const asked = useWatched(notebook.runQuestion, (question) => question)
  if (asked === null) return null
  const { total, cells } = asked
  const free = notebook.forecasts.memoryFree
  const close = (): void => notebook.runQuestion.set(null)
  const [low, high] = [durationText(total.low), durationText(total.high)]
  return (
    <Dialog
      title={warningText(total, free)}
      action={t('forecast.runAnyway')}
      onClose={close}
      onAction={() => {
        close()
        notebook.run(cells, { isConfirmed: true })
      }}
    >
      <p>{t('forecast.sure', { low, high, source: sourceOf(total.main) })}</p>
      {total.unknown > 0 && <p>{totalText(total)}</p>}
      {isTooLarge(total, free) && <p>{t('forecast.largeHint')}</p>}
    </Dialog>
  )
}
