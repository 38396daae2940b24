/** Words of other people's presence, in Chinese. */

import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { presence as english } from '../en/presence.ts'

export const presence: Translation<typeof english> = {
  'presence.here': '在线的人',
  'presence.follow': '跟随 {name}',
  'presence.following': '正在跟随 {name}',
  'presence.followingEnds': '正在跟随 {name}。按 Escape 或滚动即可停止。',
  'presence.at': '在单元格 {n}',
  'presence.somewhere': '不在任何单元格',
  'presence.typing': '正在输入',
  'presence.running': '正在运行单元格',
  'presence.inCell': '在此单元格中',
  'person.you': '您是 {name}。更改姓名或颜色',
  'person.unnamed': '您显示为 {name}。请告诉大家您是谁',
  'person.title': '您是谁',
  'person.name': '您的姓名',
  'person.color': '您的颜色',
  'person.colorNumber': '颜色 {n}',
  'person.hint': '其他人会在笔记本中和您的运行旁看到它。此浏览器会记住。',
  'person.save': '保存',
}
