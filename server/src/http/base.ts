/**
 * pure. A server below a path of its host, such as `/notebook`. Invariant: everything inside works with paths from the root;
 * the base is taken off requests and put on answers here alone. A proxy may take it off already.
 */

/** A path without a slash at its end, in characters that need no escapes anywhere; '' is the root. */
export const isBase = (path: string): boolean => /^(?:\/[A-Za-z0-9._~@+-]+)*$/.test(path)

/** First parts of our own paths. A base that began so could not be distinguished from them. */
export const OWN_PARTS: ReadonlySet<string> = new Set([
  'api',
  'assets',
  'files',
  'healthz',
  'join',
  'kernelspecs',
  'metrics',
  'notebooks',
  'oauth_callback',
  'public',
  'readyz',
  'runs',
  'sandbox',
  'sign-in',
  'sign-in.js',
  'terminals',
])

/** The address of a request without the base. */
export function withoutBase(base: string, url: string): string {
  if (base === '' || !url.startsWith(base)) return url
  const rest = url.slice(base.length)
  if (rest === '') return '/'
  if (rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : url
}

/** A page of ours whose addresses begin at the root: they get the base. Texts in it are escaped, so none looks like one. */
export const pageBelow = (base: string, html: string): string =>
  base === ''
    ? html
    : html
        .replaceAll(/\b(href|src|action|data-api)="\//g, `$1="${base}/`)
        .replaceAll('content="0;url=/', `content="0;url=${base}/`)

/** The app's page: addresses of its files are relative in the build, which does not know where it will be. */
export function appBelow(base: string, html: string): string {
  const placed = html.replaceAll(/\b(href|src)="\.\//g, `$1="${base}/`)
  return base === '' ? placed : placed.replace('<html ', `<html data-base="${base}" `)
}
