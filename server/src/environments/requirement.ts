/**
 * pure. One locked package as text. Invariant: what is read has a name and an exact version, or a commit, and nothing
 * else: no option, no file, no index, no variable. So a lock of another person can name packages and do no more.
 */

/** A package as a lock names it: by its version, or by a commit of a git repository (PEP 508's direct reference). */
export type Locked = { readonly name: string } & (
  | { readonly version: string }
  | { readonly url: string; readonly commit: string }
)

/** Characters of a line of a lock. */
const LONGEST = 500
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/
/** PEP 440, in its canonical and its usual other spellings. */
const VERSION =
  /^(?:\d+!)?\d+(?:\.\d+)*(?:[._-]?(?:alpha|beta|preview|pre|rc|a|b|c)[._-]?\d*)?(?:[._-]?(?:post|rev|r)[._-]?\d*|-\d+)?(?:[._-]?dev[._-]?\d*)?(?:\+[a-z0-9]+(?:[._-][a-z0-9]+)*)?$/i
const HOST = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+'
const REPOSITORY = new RegExp(`^https://${HOST}(?::\\d{1,5})?(?:/[A-Za-z0-9_~][A-Za-z0-9._~-]*)+$`)
const COMMIT = /^[0-9a-f]{40}$/

export const isPackageName = (text: string): boolean => text.length <= 128 && NAME.test(text)
export const isExactVersion = (text: string): boolean => text.length <= 128 && VERSION.test(text)
/** A repository over HTTPS, without a user, a password, a query and dots that lead up. */
export const isRepository = (text: string): boolean => text.length <= LONGEST && REPOSITORY.test(text)
export const isCommit = (text: string): boolean => COMMIT.test(text)

/** The name as indexes compare it (PEP 503): `Foo.bar_baz` is `foo-bar-baz`. */
export const normalName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')

/** As pip reads it in a file of requirements. */
export const lockedText = (locked: Locked): string =>
  'version' in locked
    ? `${locked.name}==${locked.version}`
    : `${locked.name} @ git+${locked.url}@${locked.commit}`

/** Null where the text is anything else. */
export function parseLocked(text: string): Locked | null {
  if (text.length > LONGEST) return null
  const [name = '', version, ...more] = text.split('==')
  if (version !== undefined)
    return more.length === 0 && isPackageName(name) && isExactVersion(version) ? { name, version } : null
  const [, source = '', url = '', commit = ''] = /^(\S+) @ git\+(\S+)@([^@\s]+)$/.exec(text) ?? []
  return isPackageName(source) && isRepository(url) && isCommit(commit) ? { name: source, url, commit } : null
}
