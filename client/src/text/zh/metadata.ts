/** 单元格的标签和元数据。 */

import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { metadata as en } from '../en/metadata.ts'

export const metadata: Translation<typeof en> = {
  'command.cellMetadata': '所选单元格的标签和元数据',
  'metadata.cell': '单元格 {cell} 的标签和元数据',
  'metadata.cells': { other: '{count} 个单元格的标签' },
  'metadata.tags': '标签',
  'metadata.noTags': '没有标签。',
  'metadata.partly': '{name}（{cells} 个中的 {count} 个）',
  'metadata.remove': '移除标签 {name}',
  'metadata.removed': '已移除 {name}',
  'metadata.added': '已添加 {name}',
  'metadata.add': '添加标签',
  'metadata.addHint': '按 Enter 添加',
  'metadata.json': '其他元数据（JSON）',
  'metadata.oneCell': '选择一个单元格即可查看其其他元数据。',
  'metadata.save': '保存',
  'metadata.gone': '其他人删除了部分单元格。更改已应用到其余单元格。',
  'metadata.why.syntax': '这不是有效的 JSON：{reason}',
  'metadata.why.object': '元数据必须是对象：请写在花括号中。',
  'metadata.why.tags': '请在上方编辑 “tags”，不要写在这里。',
  'metadata.why.long': '超过 100,000 个字符。请将大量数据保存在文件中。',
  'metadata.why.member': '“{name}” 的值不符合笔记本格式。',
  'metadata.why.depth': '“{name}” 的嵌套超过 32 层。',
  'metadata.why.number': '“{name}” 中有会丢失位数的数字。请写成文本。',
}
