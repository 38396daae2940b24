/** pure. The pages of public links: what they show, and that a link is not valid. No script; nothing is loaded. */
import type { PublicLink } from '../../contract/public-links.ts'
import { escapeHtml } from '../export/html.ts'
import { PAGE_STYLE } from '../export/html-page.ts'
import type { Language } from './page-words.ts'
import { policy } from './policy.ts'

/**
 * A sandbox of its own: an opaque origin without cookies. The outputs in it are in frames with another one.
 * `no-referrer` keeps the address, which is the secret, from where its links lead.
 */
export const publicHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': policy({
    sandbox: '',
    'default-src': "'none'",
    'img-src': 'data:',
    'style-src': "'unsafe-inline'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  }),
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-robots-tag': 'none',
}

const words = {
  en: {
    shared: (by: string, date: string) => `Shared by ${by} on ${date}. Read-only.`,
    until: (date: string) => `This page is public until ${date}.`,
    description: 'A result from a notebook, read-only.',
    empty: 'This has no output.',
    goneTitle: 'This link is not valid',
    gone: 'It may have expired or been revoked. Ask the person who sent it.',
    busyTitle: 'Too many visits',
    busy: 'Try again in a minute.',
  },
  zh: {
    shared: (by: string, date: string) => `由 ${by} 于 ${date} 共享。只读。`,
    until: (date: string) => `此页面公开至 ${date}。`,
    description: '来自笔记本的结果，只读。',
    empty: '没有输出。',
    goneTitle: '此链接无效',
    gone: '链接可能已过期或被撤销。请联系发送者。',
    busyTitle: '访问过于频繁',
    busy: '请一分钟后重试。',
  },
} as const satisfies Record<Language, object>

export interface PublicPage {
  readonly language: Language
  readonly link: PublicLink
  readonly html: string
  /** The absolute address of the picture for previews; null where there is none. */
  readonly picture: string | null
}

export function publicPage({ language, link, html, picture }: PublicPage): string {
  const { shared, until, description, empty } = words[language]
  const by = escapeHtml(link.by)
  const meta = [
    ['og:type', 'article'],
    ['og:title', link.title],
    ['og:description', description],
    ...(picture === null ? [] : [['og:image', picture]]),
  ]
  const head = meta
    .map(([name = '', value = '']) => `<meta property="${name}" content="${escapeHtml(value)}">`)
    .join('\n')
  const card = picture === null ? 'summary' : 'summary_large_image'
  return frame(language, {
    title: link.title,
    head: `${head}\n<meta name="twitter:card" content="${card}">`,
    body: `<header><h1>${escapeHtml(link.title)}</h1><p class="quiet">${shared(by, dayOf(link.created))}</p></header>
<main>${html === '' ? `<p>${empty}</p>` : html}</main>
<footer class="quiet">${until(dayOf(link.expires))} · Yesterday</footer>`,
  })
}

/** The same page for a link that never was, expired, or was revoked. */
export function noPublicPage(language: Language, why: 'gone' | 'busy'): string {
  const text = words[language]
  const title = text[`${why}Title`]
  return frame(language, {
    title,
    head: '',
    body: `<main class="message"><h1>${title}</h1><p>${text[why]}</p></main>`,
  })
}

/** The date alone, in the same form everywhere: the reader's time zone is not known. */
const dayOf = (time: string): string => time.slice(0, 10)

const STYLE = `${PAGE_STYLE}
header, footer { margin: 0 0 1.5rem } footer { margin-top: 2.5rem; padding-top: .8rem; border-top: 1px solid var(--shade) }
h1 { font-size: 1.35rem; margin: 0 0 .2rem; overflow-wrap: anywhere } .quiet { color: var(--quiet); font-size: .9rem; margin: 0 }
.message { margin-top: 18vh; text-align: center } main { overflow-x: auto } a { color: light-dark(#0b5c6b, #7cc4d0) }
`

function frame(
  language: Language,
  { title, head, body }: { readonly title: string; readonly head: string; readonly body: string },
): string {
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="none">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
${head}
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`
}
