/**
 * pure. Secrets in places of their own: addresses, headers, and calls and commands that take one.
 * Twin of the agent's `secret_places.py`: a change here is a change there. `agent/tests/secrets.json` is tried on both.
 */
import { type NameClass, variableClass } from './names.ts'
import { isPlaceholder, looksRandom, looksSecret } from './shapes.ts'

/** A secret at `start` to `end` of the text; `kind` is null if a format matched. */
export interface Found {
  readonly start: number
  readonly end: number
  readonly kind: NameClass | null
}

/** A text in quotes, which may be escaped themselves: the second group. */
export const QUOTED = String.raw`[rRbBuUfF]{0,2}(\\{0,3}(?:"""|'''|["'${'`'}]))((?:\\.|[^\\\n])*?)\1`
const ANY = String.raw`(?:"[^"\n]*"|'[^'\n]*'|[\w.]+)`

const place = (keys: string, pattern: string, group = 1) => ({
  keys: keys.split(' '),
  pattern: new RegExp(pattern, 'dgi'),
  group,
})

/** Words of which the text contains one, a pattern, and the group that holds a password. */
const PLACES = [
  place('://', String.raw`://[^\s/:@"'<>\\\[\]]{0,256}:([^\s/@"'<>\\\[\]]{1,512})@`),
  place(
    'auth .login(',
    String.raw`(?:\bauth\s*=\s*\(|auth\(|\.login\()\s*${ANY}\s*,\s*(?:\w+\s*=\s*)?${QUOTED}`,
    2,
  ),
  place('set_password(', String.raw`set_password\(\s*${ANY}\s*,\s*${ANY}\s*,\s*${QUOTED}`, 2),
  place(
    'curl',
    String.raw`\bcurl\b[^\n|;]{0,400}?[ \t](?:-u|--user)[ \t]*["']?[^\s:"']{1,100}:([^\s"']{1,200})`,
  ),
  place('mysql mariadb', String.raw`\b(?:mysql|mysqldump|mariadb)\b[^\n|;]{0,400}?[ \t]-p([^\s"']{3,200})`),
  place('sshpass', String.raw`\bsshpass[ \t]+-p[ \t]*["']?([^\s"']{1,200})`),
  place('password identified', String.raw`\b(?:password|identified[ \t]+by)[ \t]+'([^'\s]{4,200})'`),
  place('login', String.raw`\blogin[ \t]+\S{1,200}\s+password[ \t]+(\S{1,512})`),
]

const HEADER = /\b(Bearer|Basic|Token)[ \t]+([A-Za-z0-9_.~+/=-]{8,4096})/dg
const AUTHORIZATION =
  /\bauthorization\\{0,3}["']?\]?[ \t]{0,4}[:=][ \t]{0,4}(\\{0,3}["'])?((?:bearer|basic|token|apikey)[ \t]+)?([^\s"'\\,;(){}]{6,4096})/dgi
const ADDRESS_TOKEN = /:\/\/([A-Za-z0-9_.~-]{16,256})@/dg
const CALL =
  /(?:getenv|environ\.get|putenv|setenv|setdefault|setattr|set_secret)\(\s*(?:[\w.]+\s*,\s*)?["']([\w.-]{1,80})["']\s*,\s*[rRbBuUfF]{0,2}(["'])((?:\\.|[^\\\n])*?)\2/dg
const MAGIC = /%(?:set_)?env[ \t]+([A-Za-z_]\w*)[ \t=][ \t]*(\S{1,4096})/dg

/** `lowered` is the text in small letters. */
export function* findPlaces(text: string, lowered: string): Generator<Found> {
  for (const { keys, pattern, group } of PLACES) {
    if (!keys.some((key) => lowered.includes(key))) continue
    for (const match of text.matchAll(pattern))
      if (!isPlaceholder(match[group] ?? '')) yield foundAt(match, group, 'password')
  }
  yield* inHeaders(text, lowered)
  if (!lowered.includes('env') && !lowered.includes('set')) return
  yield* namedValues(text.matchAll(CALL), 3)
  yield* namedValues(text.matchAll(MAGIC), 2)
}

function* inHeaders(text: string, lowered: string): Generator<Found> {
  if (['bearer', 'basic', 'token'].some((word) => lowered.includes(word)))
    for (const match of text.matchAll(HEADER)) {
      const [, scheme, value = ''] = match
      const isPair = scheme === 'Basic' && value.endsWith('=') && value.length % 4 === 0
      if (looksRandom(value) || isPair) yield foundAt(match, 2, 'key')
    }
  if (lowered.includes('authorization'))
    for (const match of text.matchAll(AUTHORIZATION)) {
      const [, quote, scheme, value = ''] = match
      const isSaid = quote !== undefined || scheme !== undefined || looksRandom(value)
      if (isSaid && !isPlaceholder(value)) yield foundAt(match, 3, 'key')
    }
  if (lowered.includes('://'))
    for (const match of text.matchAll(ADDRESS_TOKEN))
      if (looksRandom(match[1] ?? '')) yield foundAt(match, 1, 'key')
}

/** Environment variables that code sets, or falls back on. */
function* namedValues(matches: Iterable<RegExpExecArray>, group: number): Generator<Found> {
  for (const match of matches) {
    const kind = variableClass(match[1] ?? '')
    if (kind !== null && looksSecret(match[group] ?? '', kind)) yield foundAt(match, group, kind)
  }
}

/** The position of a group of a match; the pattern has the flag `d`. */
export function foundAt(match: RegExpExecArray, group: number, kind: NameClass | null): Found {
  const [start = 0, end = 0] = match.indices?.[group] ?? []
  return { start, end, kind }
}
