/**
 * pure. Which names (of variables, keys, options, environment variables, files) announce a secret.
 * Twin of the agent's `secret_names.py`: a change here is a change there. `agent/tests/secrets.json` is tried on both.
 */

/** A password may be short and weak. A key, token or secret is made by a machine and looks random. */
export type NameClass = 'password' | 'key'

export const wordSet = (words: string): ReadonlySet<string> => new Set(words.split(' '))

const WORDS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g
const PASSWORD = /(?:password|passwd|passphrase|passcode|pwd)$/
const PASS = /^(?:pass|pw)$/
const KEY = /(?:secret|apikey|accesskey|secretkey|credential|credentials)$/
const TOKEN = /token$/
export const ACCOUNTS = wordSet(
  'db database user admin root smtp imap mail email mysql postgres pg redis mongo ftp ssh ldap login proxy sudo my ' +
    'new old',
)
export const KEYS = wordSet(
  'api access secret private signing signature encryption auth account master shared license client service storage ' +
    'subscription app admin deploy hmac aes rsa jwt webhook bot session',
)
export const TEXTUAL = wordSet(
  'pad padding eos bos unk sep cls mask special next prev previous start end stop first last max min num n per ' +
    'total image audio video text word sub input output prompt completion added extra begin think system assistant ' +
    'tool vision object placeholder blank eot eod fim page sync continuation cursor current target decoder encoder ' +
    'each one any no public',
)
export const PLAIN_KEYS = wordSet(
  'public primary foreign sort partition cache hot host index group row map merge join',
)
const OWN_FOLDER = wordSet('PWD OLDPWD')

const FILE =
  /^(?:\.env.*|.*\.env|\.netrc|_netrc|\.pgpass|pgpass\.conf|\.my\.cnf|\.pypirc|\.git-credentials|\.dockercfg|\.htpasswd|credentials?(?:\.\w+)?|secrets?\.(?:json|ya?ml|toml|ini|env)|id_[a-z0-9]+|kaggle\.json|application_default_credentials\.json|service[_-]account.*\.json|stored_tokens|.*\.(?:pem|key|p12|pfx|kdbx|jks|keystore|token))$/i
const PLACE =
  /(?:^|\/)(?:\.?huggingface\/token|gh\/hosts\.yml|\.kube\/config|\.docker\/config\.json|pip\/pip\.conf|\.pip\/pip\.conf)$/

/** What a variable, key or option of this name holds; null for nothing secret. */
export function nameClass(name: string): NameClass | null {
  const words = wordsOf(name)
  const [last = '', before = ''] = [words.at(-1), words.at(-2)]
  if (last === '') return null
  if (PASSWORD.test(last) || (PASS.test(last) && (ACCOUNTS.has(before) || (last === 'pw' && before === ''))))
    return 'password'
  if (KEY.test(last) || (last === 'key' && KEYS.has(before))) return 'key'
  return TOKEN.test(last) && !words.some((word) => TEXTUAL.has(word)) ? 'key' : null
}

/** As `nameClass`, for environment variables and dotenv files: there `MAPBOX_KEY` and `DB_PASS` are secrets too. */
export function variableClass(name: string): NameClass | null {
  const words = wordsOf(name)
  const last = words.at(-1)
  if (OWN_FOLDER.has(name) || last === undefined) return null
  if (last === 'pass' && words.length > 1) return 'password'
  const isKey = (last === 'key' || last === 'auth') && words.length > 1
  return isKey && !words.some((word) => PLAIN_KEYS.has(word)) ? 'key' : nameClass(name)
}

function wordsOf(name: string): readonly string[] {
  const words = (name.match(WORDS) ?? []).map((word) => word.toLowerCase())
  while (/^[0-9]+$/.test(words.at(-1) ?? '')) words.pop()
  return words
}

/** Whether a file's name says that it keeps secrets: its bytes are not stored. */
export function isSecretFile(path: string): boolean {
  const plain = path.replaceAll('\\', '/')
  return FILE.test(plain.slice(plain.lastIndexOf('/') + 1)) || PLACE.test(plain)
}
