/** Chinese words of machines that are reached by SSH. */

import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { hosts as english } from '../en/hosts.ts'

export const hosts: Translation<typeof english> = {
  'hosts.manage': '添加 SSH 机器…',
  'hosts.title': 'SSH 机器',
  'hosts.hint': '内核在那里的私有 Jupyter 服务器上运行。连接使用你的 ssh 及其密钥和配置，不会询问密码。',
  'hosts.empty': '还没有添加机器。',
  'hosts.target': '主机',
  'hosts.port': '端口',
  'hosts.python': '那里的 Python 或环境（如果不用 python3）',
  'hosts.folder': '内核启动的文件夹',
  'hosts.testing': '正在连接 {title}…',
  'hosts.works': '{title} 提供 {kernels}。它有 {cpus} 个 CPU 和 {memory} 内存{gpus}。',
  'hosts.saved': '已保存 {title}。正在连接…',
}
