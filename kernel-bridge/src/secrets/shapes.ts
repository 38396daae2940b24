/**
 * pure. Which values look like secrets, and which are placeholders or no secrets.
 * Twin of the agent's `secret_shapes.py`: a change here is a change there. `agent/tests/secrets.json` is tried on both.
 */
import { type NameClass, nameClass, wordSet } from './names.ts'

export const STOP = wordSet(
  'password passwd passphrase passcode secret secrets token tokens key keys string str none null nil true false ' +
    'default required optional hidden unknown example test testing admin root user username guest public private ' +
    'localhost postgres mysql changeme change-me change_me letmein foobar foo bar baz abc pass mypass mypassword ' +
    'value text bearer basic disabled enabled auto yes no on off any all self this undefined empty missing invalid ' +
    'valid',
)
const TEMPLATE =
  /^(?:<.*|\[.*\]|\{.*|.*\{.*\}.*|\$[A-Za-z_]*|\$\(.*|%[a-z]|.*%\(.*|(.)\1*|(?:your|my|the|enter|insert|put|add|some|example|sample|dummy|fake)[-_ ].*|.*(?:example|placeholder|changeme|redacted|xxxx|\.\.\.|\u2026|\u2022).*)$/is
const TEMPLATE_UP_TO = 256
const WORDY = /^(?:[a-z]+(?:[_-][a-z]+)*[_-]?\d{0,2}|[A-Z]+(?:[_-][A-Z]+)*[_-]?\d{0,2}|[A-Z]?[a-z]+\d{0,2})$/
const DOTTED = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/
const PATH = /^(?:[/~.]|[A-Za-z]:[\\/]|https?:|s3:|gs:|file:)/
const KEY_CHARS = /^[A-Za-z0-9_.~+/=:!@#$%&,;?-]{8,}$/
const LETTERS = /^[A-Za-z]{1,19}$/

/** A file or an address, and no secret. */
export const isPath = (value: string): boolean => PATH.test(value)

/** A placeholder for a secret: `<password>`, `${TOKEN}`, `your-key-here`, `****`, or a word like `changeme`. */
export const isPlaceholder = (value: string): boolean => STOP.has(value.toLowerCase()) || isTemplate(value)

/** As `isPlaceholder`, without the words: behind `?token=` any word is taken for one. */
export const isTemplate = (value: string): boolean =>
  value === '' || (value.length <= TEMPLATE_UP_TO && TEMPLATE.test(value))

/** Whether a text in quotes is the secret that a name of this kind announces. */
export function looksSecret(value: string, kind: NameClass): boolean {
  if (isPlaceholder(value) || isPath(value)) return false
  if (kind === 'password') return value.length >= 4 && !/\s/.test(value)
  return KEY_CHARS.test(value) && !(isWordy(value) || DOTTED.test(value) || LETTERS.test(value))
}

/** As `looksSecret`, for a text without quotes. `isVariable`: it is the value in `NAME=value`, as in an environment. */
export function looksSecretBare(value: string, kind: NameClass, isVariable: boolean): boolean {
  if (!looksSecret(value, kind) || DOTTED.test(value)) return false
  if (nameClass(value) !== null && isWordy(value)) return false
  if (isVariable) return true
  return kind === 'key' ? looksRandom(value) : value.length >= 6 && isMixed(value)
}

/** Words of a language or a program, and no random characters. */
export const isWordy = (value: string): boolean => WORDY.test(value.replace(/^[_-]+|[_-]+$/g, ''))

/** At least 16 characters of mixed kinds. */
export const looksRandom = (value: string): boolean => value.length >= 16 && !isWordy(value) && isMixed(value)

/** It is unlikely to occur by chance, so that it is masked wherever it occurs. */
export const isDistinctive = (value: string): boolean =>
  value.length >= 6 && (classes(value) >= 2 || value.length >= 10)

/** Letters or digits alone: masked only as a whole word. */
export const isPlainWord = (value: string): boolean => value.length < 6 || classes(value) < 2

const isMixed = (value: string): boolean => /[0-9]/.test(value) && /[A-Za-z]/.test(value)

/** How many of small letters, capitals, digits and others it has. */
const classes = (value: string): number =>
  [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((each) => each.test(value)).length
