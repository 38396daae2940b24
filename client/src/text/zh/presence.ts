/** Words of other people's presence, in Chinese. */
import type { presence as english } from '../en/presence.ts'
import type { Translation } from '../phrase.ts'

export const presence: Translation<typeof english> = {
  'presence.here': '在线的人',
  'presence.follow': '跟随 {name}',
  'presence.following': '正在跟随 {name}',
  'presence.inCell': '在此单元格中',
}
