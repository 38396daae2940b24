/** 变量的定义、引用和重命名。 */

import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { names as en } from '../en/names.ts'

export const names: Translation<typeof en> = {
  'command.goToDefinition': '转到定义',
  'command.findReferences': '查找引用',
  'command.renameVariable': '重命名变量',
  'names.none': '光标处没有变量。',
  'names.notLoaded': '无法加载 Python 解析器。请在服务器恢复后重试。',
  'names.notDefined': '此笔记本中没有单元格定义 {name}。',
  'names.references': '{name} 的引用',
  'names.places': { other: '{count} 处' },
  'names.place': '单元格 {cell}，第 {line} 行',
  'names.rename': '重命名 {name}',
  'names.renameAction': '重命名',
  'names.newName': '新名称',
  'names.changes': { other: '{cells} 个单元格中的 {count} 处会更改' },
  'names.unchanged': '保持不变',
  'names.edited': '笔记本在此期间被编辑。没有重命名；请重试。',
  'names.why.notName': '这不是变量名。',
  'names.why.same': '请写另一个名称。',
  'names.why.notDefined': '没有单元格定义它，所以它属于 Python 或某个库。',
  'names.why.taken': '单元格 {cell} 已使用 {name}。',
  'names.why.broken': '单元格 {cell} 使用它，并且有无法读取的代码。请先修正。',
  'names.why.dotted': '单元格 {cell} 将它作为较长名称的一部分导入。请先用 “as” 给该导入命名。',
  'names.why.attribute': '它是单元格 {cell} 中类的属性，其他代码可能按名称使用它。',
  'names.why.keyword': '它是参数，而单元格 {cell} 用这个名称传递参数。',
}
