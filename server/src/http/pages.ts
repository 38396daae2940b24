/** pure. The few pages that the server writes itself: plain words that work without script. */
import { PASSWORD_LENGTH } from '../../contract/people.ts'
import { mayActAs, type Role } from '../../contract/route.ts'
import type { Refusal } from '../document/ports.ts'
import { escapeHtml } from '../export/html.ts'
import type { JoinProblem } from '../people/sign-in.ts'
import { MARK, PAGE_STYLE } from './page-style.ts'
import { type Language, pageWords, statusWords } from './page-words.ts'

/** Why a form was not accepted. `token`: of the terminal. */
export type FormProblem =
  | JoinProblem
  | {
      readonly kind:
        | 'token'
        | 'ended'
        | 'providerExpired'
        | 'providerDenied'
        | 'providerDown'
        | 'providerRefused'
    }

/** In which ways people sign in to this server, beside the link of the terminal. */
export interface WaysIn {
  /** Whether there are members who sign in by name and password. */
  readonly hasPasswords: boolean
  /** Whether there are members who sign in by passkey. */
  readonly hasPasskeys: boolean
  /** The name of the provider that signs people in; null without one. */
  readonly provider: string | null
}

export interface SignInOptions extends WaysIn {
  readonly language: Language
  readonly problem: FormProblem['kind'] | null
  /** With the problem `locked`: ms until the next try. */
  readonly waitMs?: number
  /** The name that was sent. */
  readonly name?: string
  /** Reloads once, so that a link from another page finds the cookie. */
  readonly again: boolean
  /** The address to go on to; '' for the first page. */
  readonly next: string
}

/** The page for a browser that has not signed in. */
export function signInPage(options: SignInOptions): string {
  const { language, problem, again, next, hasPasswords, hasPasskeys, provider } = options
  const words = pageWords[language]
  const hasMembers = hasPasswords || hasPasskeys || provider !== null
  const passkey = hasPasskeys ? passkeyPart(language, words.passkey.signIn, { next }) : ''
  const token = `<p>${words.openAddress} ${words.newAddress}</p>
<form action="/" method="get"><label for="token">${words.pasteToken}</label>
<input id="token" name="token" type="password" autocomplete="off" required${hasMembers ? '' : ' autofocus'}><button>${words.signIn}</button></form>`
  const folded = `<details${problem === 'token' ? ' open' : ''}><summary>${words.byTerminal}</summary>${token}</details>`
  const service = provider === null ? '' : providerPart(language, provider, next)
  const body = `${service}${hasPasswords ? passwordForm(options) : ''}${passkey}${hasMembers ? folded : token}`
  const back = escapeHtml(next === '' ? '/' : next)
  return page(
    language,
    words.signIn,
    `${problemLine(options)}${body}`,
    again ? `<meta http-equiv="refresh" content="0;url=${back}">` : '',
  )
}

function providerPart(language: Language, provider: string, next: string): string {
  const address = `/sign-in/provider${next === '' ? '' : `?${new URLSearchParams({ next })}`}`
  return `<p><a class="button" href="${escapeHtml(address)}">${escapeHtml(pageWords[language].provider(provider))}</a></p>`
}

/** Leads on at once, by a navigation of our own. `location` is a path of ours. */
export const goingOnPage = (language: Language, location: string): string =>
  page(
    language,
    pageWords[language].signIn,
    `<p><a href="${escapeHtml(location)}">${pageWords[language].home}</a></p>`,
    `<meta http-equiv="refresh" content="0;url=${escapeHtml(location)}">`,
  )

function passwordForm({ language, name = '', next }: SignInOptions): string {
  const words = pageWords[language]
  return `<form action="/sign-in" method="post"><label for="name">${words.name}</label>
<input id="name" name="name" autocomplete="username webauthn" maxlength="200" required value="${escapeHtml(name)}"${name === '' ? ' autofocus' : ''}>
<label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required${name === '' ? '' : ' autofocus'}>
<input type="hidden" name="next" value="${escapeHtml(next)}"><p><button>${words.signIn}</button></p></form>`
}

export interface JoinOptions extends Pick<SignInOptions, 'language' | 'problem' | 'waitMs' | 'name'> {
  readonly invite: string
  /** Null where the invitation cannot be used. */
  readonly role: Role | null
  readonly project: string
}

/** For a person who was invited. */
export function joinPage(options: JoinOptions): string {
  const { language, invite, role, project, name = '' } = options
  const words = pageWords[language]
  if (role === null)
    return page(language, words.join, `<p role="alert"><strong>${words.problems.spent}</strong></p>`)
  const risk = mayActAs(role, 'runner') ? `<p>${words.risk}</p>` : ''
  const body = `<p>${words.invited(escapeHtml(project), words.roles[role])}</p>${risk}${problemLine(options)}
<form action="/join" method="post"><label for="name">${words.chooseName}</label>
<input id="name" name="name" autocomplete="username" maxlength="80" required autofocus value="${escapeHtml(name)}">
<label for="password">${words.choosePassword}</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="${PASSWORD_LENGTH.min}" maxlength="${PASSWORD_LENGTH.max}" required>
<input type="hidden" name="invite" value="${escapeHtml(invite)}"><p><button>${words.join}</button></p></form>${passkeyPart(language, words.passkey.join, { invite })}`
  return page(language, words.join, body)
}

/** A button that the script of the page (`client/sign-in`) shows and binds. */
function passkeyPart(language: Language, label: string, data: Readonly<Record<string, string>>): string {
  const { problems, passkey } = pageWords[language]
  const values = {
    api: '/api/passkeys',
    words: JSON.stringify({ ...problems, ...passkey.problems }),
    ...data,
  }
  const attributes = Object.entries(values).map(([name, value]) => ` data-${name}="${escapeHtml(value)}"`)
  return `<div class="passkey" hidden data-passkeys${attributes.join('')}><p><button type="button">${label}</button></p>
<p role="alert" hidden></p></div><script type="module" src="/sign-in.js"></script>`
}

function problemLine({
  language,
  problem,
  waitMs = 0,
  provider,
}: Pick<SignInOptions, 'language' | 'problem' | 'waitMs'> & { readonly provider?: string | null }): string {
  if (problem === null) return ''
  const words = pageWords[language]
  const seconds = Math.ceil(waitMs / 1000)
  const text = problem === 'locked' ? words.locked(seconds) : words.problems[problem]
  const named = text.replaceAll('{provider}', escapeHtml(provider ?? ''))
  return `<p role="alert"><strong>${named}</strong></p>`
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
  const isSignedOut = status === 401
  const hint = isSignedOut ? words.signInHint : refusal.hint
  const hintLanguage = isSignedOut ? language : 'en'
  const details = isSignedOut && language !== 'en' ? '' : `<p lang="en">${escapeHtml(message)}</p>`
  const advice = hint === undefined ? '' : `<p lang="${hintLanguage}">${escapeHtml(hint)}</p>`
  const body = `${details}${advice}<p><a href="/">${words.home}</a></p>`
  return page(language, statusWords(status, language), body)
}

function page(language: Language, title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${title} · Yesterday</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${head}<style>${PAGE_STYLE}</style></head><body><main>${MARK}<h1>Yesterday · ${title}</h1>${body}</main></body></html>`
}
