/** Chinese words of headings, folds, and of finding. */
import type { outline as english } from '../en/outline.ts'
import type { Translation } from '../phrase.ts'

export const outline: Translation<typeof english> = {
  'outline.contents': '目录',
  'outline.fold': '折叠“{text}”',
  'outline.open': '展开“{text}”',
  'outline.hidden': { other: '{count} 个单元' },
  'outline.sourceFolded': '代码已折叠',
  'outline.outputsFolded': '输出已折叠',
  'command.foldHeading': '折叠此节',
  'command.openHeading': '展开此节',
  'command.toggleSource': '折叠或展开代码',
  'command.toggleOutputs': '折叠或展开输出',
}
