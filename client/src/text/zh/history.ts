/** Words of the past, in Chinese. */

import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { history as english } from '../en/history.ts'

export const history: Translation<typeof english> = {
  'history.title': '历史',
  'history.all': '全部单元格',
  'history.cell': '此单元格',
  'history.filter': '显示哪些运行',
  'history.empty': '还没有运行过',
  'history.emptyHint': '单元格的每次运行都记录在这里：用了什么，产生了什么。',
  'history.emptyCell': '此单元格还没有运行过',
  'history.emptyCellHint': '按 Shift-Enter 运行它，或查看全部单元格的运行。',
  'history.failed': '无法读取历史',
  'history.older': '更早的运行',
  'history.copiedFrom': '复制自',
  'history.end': '这是此笔记本的第一次运行',
  'history.back': '返回',
  'history.goto': '转到单元格',
  'history.makes': '产生 {names}',
  'history.andMore': '{names} 等，另有 {count} 项',
  'history.elsewhere': '来自笔记本之外',
  'history.noCode': '空单元格',
  'time.now': '刚刚',
  'receipt.title': '凭据',
  'receipt.of': '运行 {run} 的凭据',
  'receipt.failed': '无法读取此凭据',
  'receipt.sentence': '{actor} 于{when}运行，用时 {duration}。',
  'receipt.usedNone': '没有记录到它使用的内容。',
  'receipt.generatedNone': '没有记录到它产生的内容。',
  'receipt.outputsNone': '没有显示任何内容。',
  'receipt.environmentNone': '没有记录环境。',
  'receipt.costNone': '没有测量花费。',
  'receipt.fromOutside': '不是由已记录的运行产生',
  'edge.observedHint': '运行时观察到的',
  'edge.staticHint': '从代码读出，运行时没有观察到',
  'edge.maybeHint': '无法查看内部的对象，可能已被改变',
}
