import type { Translation } from '@yesterday/server/contract/phrase.ts'
import type { trust as english } from '../en/trust.ts'

/** 是否信任来自别处的文件夹。 */
export const trust: Translation<typeof english> = {
  'trust.label': '对此文件夹的信任',
  'trust.unsigned': '此文件夹的历史记录是在别处生成的。',
  'trust.moved': '此文件夹是您某个文件夹的副本。',
  'trust.link': '此文件夹的历史记录是指向别处的链接。',
  'trust.means':
    '您可以阅读其中的笔记本和历史记录，也可以编辑。在您信任它之前不会运行任何代码：其中的代码能做您在这台计算机上能做的任何事。',
  'trust.linkMeans': '您可以阅读其中的笔记本和历史记录。要运行代码，请用文件夹替换 .yesterday，或将其删除。',
  'trust.do': '信任此文件夹',
  'trust.doing': '正在打开…',
  'trust.later': '只阅读',
}
