/** pure. The words of the pages that the server writes itself, in the languages of the app. */

import { PASSWORD_LENGTH } from '../../contract/people.ts'

/** A language of these pages. */
export type Language = 'en' | 'zh'

/** `request` has Express's reading of Accept-Language. English where it asks for none of ours. */
export const languageOf = (request: {
  acceptsLanguages(...languages: string[]): string | false
}): Language => (request.acceptsLanguages('en', 'zh') === 'zh' ? 'zh' : 'en')

const en = {
  signIn: 'Sign in',
  join: 'Join',
  name: 'Name',
  password: 'Password',
  byTerminal: 'I started the server: sign in with its address',
  chooseName: 'Your name, as the others see it',
  choosePassword: `A password of at least ${PASSWORD_LENGTH.min} characters`,
  invited: (project: string, role: string) =>
    `You are invited to the project <strong>${project}</strong> as ${role}.`,
  risk: 'This role runs code on the machine of the server.',
  roles: {
    viewer: 'viewer: you can read everything',
    commenter: 'commenter: you can read and comment',
    editor: 'editor: you can change notebooks and files',
    runner: 'runner: you can change notebooks and run code',
    owner: 'owner: you can do everything and invite others',
  },
  locked: (seconds: number) =>
    seconds > 90
      ? `Too many attempts. Try again in ${Math.ceil(seconds / 60)} minutes.`
      : `Too many attempts. Try again in ${seconds} seconds.`,
  problems: {
    token: 'This address was used already, or is from an earlier start.',
    ended:
      'You were signed out, or may not come in here any more. What you had not sent is kept in this browser.',
    wrong: 'The name or the password is wrong.',
    locked: 'Too many attempts. Try again later.',
    busy: 'Too many people are signing in at this moment. Try again.',
    spent: 'This invitation was used, revoked, or is too old. Ask for another one.',
    nameTaken: 'This name is taken. Choose another one.',
    badName: 'A name has 1 to 80 characters that can be seen.',
    shortPassword: `The password is too short: at least ${PASSWORD_LENGTH.min} characters.`,
    longPassword: `The password is too long: at most ${PASSWORD_LENGTH.max} characters.`,
    likeName: 'The password is your name. Choose another one.',
    providerExpired: 'This took too long, or was begun in another browser. Try again.',
    providerDenied: 'Your account at {provider} may not use this project. Ask an owner of the project.',
    providerDown: '{provider} cannot be reached at this moment. Try again later.',
    providerRefused: '{provider} did not sign you in. Try again.',
    full: 'This project has as many members as it can have.',
  },
  provider: (name: string) => `Sign in with ${name}`,
  passkey: {
    signIn: 'Sign in with a passkey',
    join: 'Join with a passkey, without a password',
    problems: {
      expired: 'This took too long. Try again.',
      unverified: 'This passkey is not known here. Sign in another way.',
      known: 'This passkey is in use already.',
      cancelled: 'No passkey was used. Try again, or go on without one.',
      failed: 'The passkey could not be used. Try again, or go on without one.',
    },
  },
  openAddress:
    'Open the address that was printed in the terminal where Yesterday was started. It is good for one browser.',
  newAddress: 'To have a new one, run <code>npm start</code> for the same folder again: it prints it.',
  pasteToken: 'Or paste the token, the part after <code>token=</code>',
  notBuilt: 'Not built yet',
  build: 'The page was not built. Run <code>npm start</code> in the folder of Yesterday, then reload.',
  home: 'Go to your notebooks',
  signInHint:
    'Sign in there, or open the address that was printed in the terminal where Yesterday was started.',
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
  join: '加入',
  name: '姓名',
  password: '密码',
  byTerminal: '服务器由我启动：使用其地址登录',
  chooseName: '您的姓名（其他人会看到）',
  choosePassword: `密码，至少 ${PASSWORD_LENGTH.min} 个字符`,
  invited: (project, role) => `您受邀加入项目 <strong>${project}</strong>，角色为${role}。`,
  risk: '此角色会在服务器所在的机器上运行代码。',
  roles: {
    viewer: '查看者：可以阅读所有内容',
    commenter: '评论者：可以阅读和评论',
    editor: '编辑者：可以修改笔记本和文件',
    runner: '运行者：可以修改笔记本并运行代码',
    owner: '所有者：可以执行所有操作并邀请他人',
  },
  locked: (seconds) =>
    seconds > 90
      ? `尝试次数过多。请在 ${Math.ceil(seconds / 60)} 分钟后重试。`
      : `尝试次数过多。请在 ${seconds} 秒后重试。`,
  problems: {
    token: '此地址已被使用过，或来自之前的一次启动。',
    ended: '您已被登出，或不再有访问权限。尚未发送的内容保留在此浏览器中。',
    wrong: '姓名或密码错误。',
    locked: '尝试次数过多。请稍后重试。',
    busy: '此刻登录的人太多。请重试。',
    spent: '此邀请已被使用、撤销或已过期。请索取新的邀请。',
    nameTaken: '此姓名已被使用。请选择其他姓名。',
    badName: '姓名须有 1 至 80 个可见字符。',
    shortPassword: `密码太短：至少 ${PASSWORD_LENGTH.min} 个字符。`,
    longPassword: `密码太长：最多 ${PASSWORD_LENGTH.max} 个字符。`,
    likeName: '密码与姓名相同。请选择其他密码。',
    providerExpired: '操作超时，或在其他浏览器中开始。请重试。',
    providerDenied: '您在 {provider} 的账户不能使用此项目。请联系项目所有者。',
    providerDown: '目前无法连接 {provider}。请稍后重试。',
    providerRefused: '{provider} 未能让您登录。请重试。',
    full: '此项目的成员数已达上限。',
  },
  provider: (name) => `使用 ${name} 登录`,
  passkey: {
    signIn: '使用通行密钥登录',
    join: '使用通行密钥加入，无需密码',
    problems: {
      expired: '操作超时。请重试。',
      unverified: '此处不认识该通行密钥。请使用其他方式登录。',
      known: '此通行密钥已在使用。',
      cancelled: '未使用通行密钥。请重试，或不使用通行密钥继续。',
      failed: '无法使用通行密钥。请重试，或不使用通行密钥继续。',
    },
  },
  openAddress: '请打开启动 Yesterday 的终端中显示的地址。该地址只能供一个浏览器使用。',
  newAddress: '如需新地址，请对同一文件夹再次运行 <code>npm start</code>，它会显示新地址。',
  pasteToken: '或粘贴令牌，即 <code>token=</code> 之后的部分',
  notBuilt: '尚未构建',
  build: '页面尚未构建。请在 Yesterday 的文件夹中运行 <code>npm start</code>，然后重新加载。',
  home: '前往您的笔记本',
  signInHint: '请在那里登录，或打开启动 Yesterday 的终端中显示的地址。',
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
