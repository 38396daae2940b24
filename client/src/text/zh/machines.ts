/** Chinese words of what kernels and their machine use. */

import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { machines as english } from '../en/machines.ts'

export const machines: Translation<typeof english> = {
  'command.machines': '显示或隐藏内核的资源用量',
  'machines.title': '机器',
  'machines.waiting': '测量中…',
  'machines.none': '没有内核在运行。',
  'machines.kernels': '内核',
  'machines.machine': '这台机器',
  'machines.memory': '内存',
  'machines.limit': '内存（在限额内）',
  'machines.kernelMemory': '此内核的内存',
  'machines.cpu': 'CPU',
  'machines.disk': '项目所在的磁盘',
  'machines.percent': '{n} %',
  'machines.cpuOf': 'CPU {cpu}',
  'machines.gpuOf': 'GPU {size}',
  'machines.processes': '{n} 个进程',
  'machines.of': '{used} / {total}',
  'machines.free': '剩余 {free}',
  'machines.cores': { other: '{cpu}，共 {count} 核' },
  'machines.gpu': '{used} / {total}，占用 {busy}',
  'machines.stop': '停止',
  'machines.stopOf': '停止 {path} 的内核',
  'machines.stopTitle': '停止 {path} 的内核？',
  'machines.stopHint': '它的变量会丢失，记录会保留。',
  'machines.short': '内存即将用尽。',
  'machines.shortHint': '系统可能会终止内核。请停止一个内核，或删除较大的变量。',
}
