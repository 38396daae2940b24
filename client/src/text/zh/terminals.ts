/** Chinese words of terminals. */

import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { terminals as english } from '../en/terminals.ts'

export const terminals: Translation<typeof english> = {
  'command.terminal': '打开终端',
  'terminal.all': '终端',
  'terminal.new': '新建终端',
  'terminal.untitled': '终端 {name}',
  'terminal.screen': '终端 {title}。按 Ctrl-Shift-↑ 离开。',
  'terminal.by': '由 {person} 打开',
  'terminal.menu': '{title} 的操作',
  'terminal.rename': '重命名',
  'terminal.title': '名称',
  'terminal.save': '保存',
  'terminal.reader': '屏幕阅读器模式',
  'terminal.close': '关闭终端',
  'terminal.closeTitle': '关闭 {title}？',
  'terminal.closeHint': '以下程序仍在其中运行，将被终止：{programs}',
  'terminal.leaveHint': 'Tab 键会发送到 shell。按 Ctrl-Shift-↑ 将焦点移出终端。',
  'terminal.away': '连接已断开，现在输入的内容不会发送。正在重新连接…',
  'terminal.refused': '您的角色不能使用终端。请向所有者申请“运行者”角色。',
  'terminal.ended': '此终端已结束。',
  'terminal.endedWith': 'Shell 已结束，退出代码为 {code}。',
  'terminal.keys': 'Shell 按键',
  'terminal.linkTitle': '打开此地址？',
  'terminal.linkAsk': '终端中的程序输出了此链接。它将在新窗口中打开：',
}
