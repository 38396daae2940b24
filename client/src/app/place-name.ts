/** pure. What a place is called in tabs and heads. */
import { visibleName } from '@yesterday/server/contract/file-names.ts'
import type { Route } from '../navigation/route.ts'
import { t } from '../text/text.ts'

export function placeName(route: Route): string {
  if (route.at === 'file') return visibleName(route.path.slice(route.path.lastIndexOf('/') + 1))
  return route.at === 'terminal' ? t('terminal.untitled', { name: route.name }) : t('app.home')
}
