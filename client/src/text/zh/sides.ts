/** Chinese words of tabs and of two files side by side. */
import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { sides as english } from '../en/sides.ts'

export const sides: Translation<typeof english> = {
  'command.openBeside': '并排再显示此笔记本',
  'command.otherSide': '转到另一侧',
  'command.closeBeside': '关闭另一侧',
  'command.reopenClosed': '重新打开最近关闭的文件',
  'split.open': '并排打开',
  'split.side': '并排：{name}',
  'split.swap': '交换两侧',
  'split.close': '关闭这一侧',
  'split.width': '两侧的宽度',
  'split.switch': '要显示的一侧',
  'split.drop': '放在此处以并排打开',
  'tabs.label': '打开的文件',
  'tabs.menu': '标签页操作',
  'tabs.close': '关闭 {name}',
  'tabs.closeThis': '关闭此标签页',
  'tabs.closeOthers': '关闭其他标签页',
  'tabs.closed': '最近关闭',
}
