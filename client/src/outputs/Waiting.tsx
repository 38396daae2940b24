/** What stands in an output's place while its bytes are on their way, or when they did not come. */
import { sizeText } from '../history/time.ts'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import type { Loaded } from './useObject.ts'

/** Says what is awaited and how large it is. */
export function Waiting({ state }: { readonly state: Exclude<Loaded<string>, { at: 'here' }> }) {
  if (state.at === 'failed') return <p className="output output-note">{t('outputs.failed')}</p>
  return <p className="output output-note">{t('outputs.loading', { size: sizeText(state.size, locale) })}</p>
}
