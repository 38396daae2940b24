/** 内核环境中的软件包，以及安装缺失软件包的提议。 */

import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { packages as en } from '../en/packages.ts'

export const packages: Translation<typeof en> = {
  'packages.title': '内核的软件包',
  'packages.of': 'Python {version}，{python}',
  'packages.search': '搜索软件包',
  'packages.count': { other: '{count} 个软件包' },
  'packages.noInstaller': '没有 pip 也没有 uv，无法在此安装软件包。',
  'packages.installLabel': '要安装的名称',
  'packages.install': '安装',
  'packages.badName': '请写名称，需要时加上版本：pandas>=2',
  'packages.upgrade': '升级',
  'packages.upgradeName': '升级 {name}',
  'packages.remove': '移除',
  'packages.removeName': '移除 {name}',
  'packages.since': { other: '{count} 个软件包与上次成功运行（{when}）不同' },
  'packages.pythonSince': 'Python 原为 {was}，现为 {is}',
  'packages.change': '{name} 原为 {was}，现为 {is}',
  'packages.gone': '{name} {was} 未安装',
  'packages.restore': '安装这些版本',
  'packages.restoreHint': '它在新单元格中、在内核的环境里运行，并被记录。之后请重启内核。',
  'packages.cancel': '取消',
  'install.offer': '安装 {name}',
  'install.title': '安装 {name}？',
  'install.hint': '它在上方的新单元格中、在内核的环境里运行，并被记录。已加载的模块在下次重启后改变。',
  'install.guessed': '这是模块的名称。请确认 {name} 就是您要的软件包。',
}
