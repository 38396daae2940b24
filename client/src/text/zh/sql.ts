/** Chinese words of SQL cells and their connections. */

import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { sql as english } from '../en/sql.ts'

export const sql: Translation<typeof english> = {
  'sql.connection': '连接',
  'sql.editConnections': '管理连接…',
  'sql.result': '保存结果的变量',
  'sql.noResult': '不保存',
  'sql.badName': '只能使用字母、数字和 _。',
  'connections.title': 'SQL 单元的连接',
  'connections.hint': '连接保存在你自己的文件夹中，不在笔记本或项目里。内核按名称使用它们。',
  'connections.empty': '还没有连接。DuckDB 不需要连接。',
  'connections.name': '名称',
  'connections.url': 'URL',
  'connections.save': '保存',
  'connections.close': '关闭',
  'connections.edit': '修改 {name}',
  'connections.remove': '删除 {name}',
  'connections.change': '修改',
  'connections.delete': '删除',
  'connections.badName': '名称最多 60 个字母、数字、_ 和 -，以字母或 _ 开头。',
  'connections.badUrl': '请按 dialect://user:password@host/database 的形式填写 URL。',
}
