import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { notices as en } from '../en/notices.ts'

export const notices: Translation<typeof en> = {
  'notice.savedAgain': '您的修改又可以保存了。',
  'notice.notSaved': '您的修改未保存：{reason}。服务器会继续尝试；请不要关闭此页面。',
  'notice.notSavedFull': '您的修改未保存：磁盘已满。服务器会继续尝试；请不要关闭此页面。',
  'notice.fileBack': '“{path}”又出现了。您的修改重新保存在其中。',
  'notice.fileChanged': '“{path}”已被更改，因此未写入：{reason}',
  'notice.fileDiskFull': '磁盘已满：“{path}”未写入。服务器保留了您的修改，并会再次尝试。',
  'notice.fileNotAllowed': '服务器没有写入“{path}”的权限。服务器保留了您的修改，并会再次尝试。',
  'notice.fileNotWritten': '“{path}”未写入（{reason}）。服务器保留了您的修改，并会再次尝试。',
  'notice.cellInBoth': '单元格 {cell} 在此处和文件中都被修改。文件中的内容在其下方的单元格中。',
  'notice.conflicts': '文件与此处的笔记本修改了相同的行：{count} 处冲突。两个版本都已保留，请解决冲突。',
  'notice.cellStays': '单元格 {cell} 在文件中被删除，但在此处有修改，因此保留。',
  'notice.sessionFailed': '此会话出现问题（{action}）：{reason}。',
  'notice.widgetMessage': '一条发往控件的消息未能送达：{reason}。',
  'notice.historyStalled': '无法写入历史记录（{reason}）。会再次尝试；在此之前不会运行新的内容。',
  'notice.historyGap': '此会话的历史记录有缺失：{reason}。运行 “yesterday fsck” 可查看详情。',
  'notice.notRecovered': '未能完整重新连接之前的会话。已结束的运行在历史中。{reason}',
  'notice.slowPage':
    '此页面读取过慢，连接曾被断开。内容现已更新，但控件的部分消息被跳过：如果控件显示不正常，请重新加载页面。',
  'notice.broughtBack': '您正在编辑的单元格被他人删除。它已恢复，并保留了您写的内容。',
  'notice.tooMuch': '此页面一次发送的内容超出了服务器的限制。页面会自动重新连接；您的修改已保留。',
}
