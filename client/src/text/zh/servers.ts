/** Chinese words of Jupyter servers, whose kernels a notebook may use. */

import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { servers as english } from '../en/servers.ts'

export const servers: Translation<typeof english> = {
  'servers.manage': '添加 Jupyter 服务器…',
  'servers.title': 'Jupyter 服务器',
  'servers.hint': '可以在内核菜单中选择它们的内核。令牌保存在你自己的文件夹中，不在项目里。',
  'servers.empty': '还没有添加服务器。',
  'servers.id': '短名称',
  'servers.label': '标题',
  'servers.url': '地址',
  'servers.token': '令牌',
  'servers.tokenKept': '已保存；留空则不变',
  'servers.ca': '自有证书颁发机构的证书（PEM）',
  'servers.timeout': '等待回答的秒数',
  'servers.test': '测试',
  'servers.testing': '正在询问服务器…',
  'servers.works': '它提供这些内核：{kernels}',
  'servers.none': '服务器有回答，但没有内核。',
  'servers.save': '保存',
  'servers.saved': '已保存 {title}。',
  'servers.close': '关闭',
  'servers.edit': '修改 {title}',
  'servers.remove': '删除 {title}',
  'servers.change': '修改',
  'servers.delete': '删除',
  'servers.more': '更多设置',
}
