/** Words of stale cells, of "Why?", and of the views of the past beyond the log, in Chinese. */
import type { past as english } from '../en/past.ts'
import type { Translation } from '../phrase.ts'

export const past: Translation<typeof english> = {
  'stale.label': '已过时。',
  'stale.title': '现在运行不会再显示这个结果',
  'stale.edited': '代码在运行之后被修改过。',
  'stale.input': '{cell} 重新产生了 {name}。',
  'stale.overwritten': '它的 {name} 被{cell}替换了。',
  'stale.file': '文件 {name} 已改变。',
  'stale.fileGone': '文件 {name} 不见了。',
  'stale.session': '它在较早的内核中运行；当前内核没有它的结果。',
  'stale.upstream': '{name} 来自{cell}，而该单元格已过时。',
  'stale.unknown': '没有它的运行记录。',
  'stale.cell': '单元格 {n}',
  'stale.cellGone': '一个已删除的单元格',
  'stale.seeRun': '查看该运行',
  'stale.goto': '转到单元格',
  'stale.run': '运行全部过时单元格',
  'stale.none': '所有单元格都是最新的。',
  'stale.count': { other: '运行过时的 ({count})' },
  'staleWord.edited': '已修改',
  'staleWord.input': '输入',
  'staleWord.overwritten': '被替换',
  'staleWord.file': '文件',
  'staleWord.session': '旧内核',
  'staleWord.upstream': '上游',
  'staleWord.unknown': '未知',
}
