/** pure. The words of the pages that the server writes itself, in the languages of the app. */

/** A language of these pages. */
export type Language = 'en' | 'zh'

/** `request` has Express's reading of Accept-Language. English where it asks for none of ours. */
export const languageOf = (request: {
  acceptsLanguages(...languages: string[]): string | false
}): Language => (request.acceptsLanguages('en', 'zh') === 'zh' ? 'zh' : 'en')

const en = {
  signIn: 'Sign in',
  wrongToken: 'This address was used already, or is from an earlier start.',
  openAddress:
    'Open the address that was printed in the terminal where Yesterday was started. It is good for one browser.',
  newAddress: 'To have a new one, run <code>npm start</code> for the same folder again: it prints it.',
  pasteToken: 'Or paste the token, the part after <code>token=</code>',
  notBuilt: 'Not built yet',
  build: 'The page was not built. Run <code>npm start</code> in the folder of Yesterday, then reload.',
  home: 'Go to your notebooks',
  signInHint: 'Open the address that was printed in the terminal where Yesterday was started.',
  refused: {
    400: 'This address cannot be read',
    401: 'You are not signed in',
    403: 'This is not allowed',
    404: 'There is nothing at this address',
    409: 'This cannot be done now',
    422: 'This notebook cannot be read',
    503: 'The server is not ready',
    507: 'The disk is full',
  },
  cannotShow: 'This cannot be shown',
  failed: 'The server failed',
}
type Words = Omit<typeof en, 'refused'> & { readonly refused: Readonly<Record<number, string>> }

const zh: Words = {
  signIn: '登录',
  wrongToken: '此地址已被使用过，或来自之前的一次启动。',
  openAddress: '请打开启动 Yesterday 的终端中显示的地址。该地址只能供一个浏览器使用。',
  newAddress: '如需新地址，请对同一文件夹再次运行 <code>npm start</code>，它会显示新地址。',
  pasteToken: '或粘贴令牌，即 <code>token=</code> 之后的部分',
  notBuilt: '尚未构建',
  build: '页面尚未构建。请在 Yesterday 的文件夹中运行 <code>npm start</code>，然后重新加载。',
  home: '前往您的笔记本',
  signInHint: '请打开启动 Yesterday 的终端中显示的地址。',
  refused: {
    400: '无法读取此地址',
    401: '您尚未登录',
    403: '不允许此操作',
    404: '此地址没有内容',
    409: '目前无法完成此操作',
    422: '无法读取此笔记本',
    503: '服务器尚未就绪',
    507: '磁盘已满',
  },
  cannotShow: '无法显示此内容',
  failed: '服务器出错',
}

export const pageWords: Readonly<Record<Language, Words>> = { en, zh }

/** What a status means, for a heading. */
export function statusWords(status: number, language: Language): string {
  const words = pageWords[language]
  return words.refused[status] ?? (status === 500 ? words.failed : words.cannotShow)
}
