/** Chinese words of edits that are not saved, and of notebooks without a file. */

import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { kept as english } from '../en/kept.ts'

export const kept: Translation<typeof english> = {
  'unsent.restored': '上次未保存的修改已回到笔记本中。',
  'unsent.leaveTitle': '要带着未保存的修改离开吗？',
  'unsent.leaveHint': '无法连接服务器。您的修改保留在此浏览器中，再次打开这个笔记本时会保存。',
  'unsent.leave': '离开',
  'unsent.other': '此浏览器中有曾在此路径的另一个笔记本的未保存修改：',
  'unsent.insert': '插入到这里',
  'unsent.discard': '放弃',
  'fileGone.deleted': '{path} 已被删除或移出项目。您的修改保留在这里，但不在任何文件中。',
  'fileGone.replaced': '{path} 现在是另一个笔记本。这一个保留在这里，但不在任何文件中。',
  'fileGone.conflicted': '{path} 含有 git 的冲突标记。在解决之前，您的编辑保存在此处，不写入任何文件。',
  'fileGone.save': '重新保存',
  'fileGone.saveCopy': '将这一个另存为副本',
  'fileGone.open': '打开那一个',
  'fileGone.saved': '已保存为 {path}',
  'notebook.goneName': '{name} 已被删除',
  'notebook.goneHint': '它在项目文件夹的 .yesterday/trash 回收站中。',
  'notebook.goneEdits': '您有之前未保存的修改，可以放进一个新的笔记本。',
  'notebook.goneSave': '保存到新的笔记本',
}
