/** A placeholder for an output while its bytes load, or after they failed to load. */

import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { sizeText } from '../ui/time.ts'
import type { Loaded } from './useObject.ts'

/** Says what is awaited and how large it is. */
export function Waiting({ state }: { readonly state: Exclude<Loaded<string>, { at: 'here' }> }) {
  if (state.at === 'failed') return <p className="output output-note">{t('outputs.failed')}</p>
  return <p className="output output-note">{t('outputs.loading', { size: sizeText(state.size, locale) })}</p>
}
