import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { historyState as english } from '../en/history-state.ts'

/** 打开期间项目的历史记录丢失或损坏。 */
export const historyState: Translation<typeof english> = {
  'historyState.label': '历史记录的状态',
  'historyState.gone': '此项目的历史记录（.yesterday）在打开期间被删除或替换。',
  'historyState.goneMeans': '编辑和运行都没有保存。请不要关闭此页面，并重新写入历史记录。',
  'historyState.damaged': '此项目的历史记录已损坏。',
  'historyState.damagedMeans':
    '编辑和运行都没有保存。请不要关闭此页面，停止服务器，然后运行 “yesterday fsck --salvage”。',
  'historyState.write': '重新写入历史记录',
  'historyState.writing': '正在写入…',
  'historyState.written': '历史记录已重新写入。编辑和运行会被保存。',
  'historyState.writtenLost': {
    other: '历史记录已重新写入，但缺少 {count} 个较大的存储值。“yesterday fsck” 会列出它们。',
  },
  'historyState.aside': '原来位置上的内容在 {aside} 中。',
}
