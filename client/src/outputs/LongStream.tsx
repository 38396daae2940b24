/** The line above a stream whose beginning is not in the document: the hidden size, and a link to all of it. */
import { headSize, type StreamHead } from '@yesterday/server/contract/document.ts'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { sizeText } from '../ui/time.ts'

export function LongStream({ head, onSave }: { readonly head: StreamHead; readonly onSave: () => void }) {
  return (
    <p className="output-note">
      {t('outputs.headHidden', { size: sizeText(headSize(head), locale) })}{' '}
      <button type="button" className="button button-small" onClick={onSave}>
        {t('outputs.saveWhole')}
      </button>
    </p>
  )
}
