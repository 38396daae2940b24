/** Words of addresses, and of what is not there, in Chinese. */

import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { links as english } from '../en/links.ts'

export const links: Translation<typeof english> = {
  'link.copy': '复制链接',
  'link.again': '复制',
  'link.copied': '链接已复制。',
  'link.to': '复制 {name} 的链接',
  'link.output': '复制此输出的链接',
  'link.version': '复制 {name} 此版本的链接',
  'link.noCell': '此链接的单元格已不在笔记本中。',
  'link.noComment': '此链接的评论已删除。',
  'link.noRun': '没有这次运行',
  'link.noRunHint': '此链接可能属于另一个项目，或者这里没有记录这次运行。',
  'link.noAccessHint': '“{path}”不在此项目中，或者您无权查看。',
  'link.askOwner': '请向以下所有者申请访问权限：{owners}。',
  'link.noNotebook': '这里没有笔记本',
  'link.noNotebookHint': '“{path}”不在此项目中。它可能已被重命名、移动或删除。',
}
