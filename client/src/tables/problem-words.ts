/** Why a value is not shown, in words. */
import type { ValueProblem } from '../session/values.ts'
import { t } from '../text/text.ts'

export function problemWords({ reason, detail }: Pick<ValueProblem, 'reason' | 'detail'>): string {
  switch (reason) {
    case 'impossible':
      return t('value.impossible', { detail })
    case 'failed':
      return t('value.failed', { detail })
    case 'other':
      return detail
    default:
      return t(`value.${reason}`)
  }
}
