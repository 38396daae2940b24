/** pure. The few pages that the server writes itself: plain words, no script. */
import type { Refusal } from '../document/ports.ts'
import { escapeHtml } from '../export/html.ts'
import { type Language, pageWords, statusWords } from './page-words.ts'

export interface SignInOptions {
  readonly language: Language
  readonly wrongToken: boolean
  /** Reloads once, so that a link from another page finds the cookie. */
  readonly again: boolean
}

/** The page for a browser that has not signed in. */
export function signInPage({ language, wrongToken, again }: SignInOptions): string {
  const words = pageWords[language]
  const wrong = wrongToken ? `<p role="alert"><strong>${words.wrongToken}</strong></p>` : ''
  return page(
    language,
    words.signIn,
    `${wrong}<p>${words.openAddress} ${words.newAddress}</p>
<form action="/" method="get"><label for="token">${words.pasteToken}</label>
<input id="token" name="token" type="password" autocomplete="off" required autofocus><button>${words.signIn}</button></form>`,
    again ? '<meta http-equiv="refresh" content="0;url=/">' : '',
  )
}

/** Where the page itself was not built. */
export const notBuiltPage = (language: Language): string =>
  page(language, pageWords[language].notBuilt, `<p>${pageWords[language].build}</p>`)

/**
 * Why an address that a browser opened shows nothing, and the way home. The heading is in the reader's language; the
 * refusal's own words, which name what was asked, are English.
 */
export function refusalPage(refusal: Refusal, language: Language): string {
  const { status, message } = refusal
  const words = pageWords[language]
  const isStranger = status === 401
  const hint = isStranger ? words.signInHint : refusal.hint
  const hintLanguage = isStranger ? language : 'en'
  const details = isStranger && language !== 'en' ? '' : `<p lang="en">${escapeHtml(message)}</p>`
  const advice = hint === undefined ? '' : `<p lang="${hintLanguage}">${escapeHtml(hint)}</p>`
  const body = `${details}${advice}<p><a href="/">${words.home}</a></p>`
  return page(language, statusWords(status, language), body)
}

function page(language: Language, title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${title} · Yesterday</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${head}<style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}
h1{font-size:1.4rem}p{overflow-wrap:anywhere}label{display:block;margin:1.5rem 0 .4rem}code{font-size:.95em}
a{color:light-dark(#0b5c6b,#7cc4d0)}
input{font:inherit;padding:.4rem .6rem;width:60%;margin-right:.5rem}button{font:inherit;padding:.4rem 1rem}
</style></head><body><main><h1>Yesterday · ${title}</h1>${body}</main></body></html>`
}
