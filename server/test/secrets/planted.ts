/**
 * Fifty secrets, each in a way of its own: in the environment, in code, in answers, in files of credentials and in
 * outputs. `cells` are what a person would run; the last one asks.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A value as a person or an issuer would make it; `place` distinguishes them. */
const made = (place: number): string =>
  `Zq${place}-${((place * 7919) ** 3 % 0x7fffffff).toString(36)}-kV${place}w`
const letters = (length: number, seed: number): string =>
  Array.from({ length }, (_, at) => ((seed * 31 + at * 17 + at ** 2) % 36).toString(36)).join('')

/** By the environment variable that holds it. */
export const variables = {
  OPENAI_API_KEY: made(1),
  DB_PASSWORD: made(2),
  AWS_SECRET_ACCESS_KEY: `${letters(20, 3)}/Q+${letters(17, 4)}`,
  SMTP_PASS: made(4),
  GITHUB_TOKEN: made(5),
  STRIPE_KEY: made(6),
  NPM_AUTH: made(7),
  SESSION_SECRET: made(8),
  MAIL_PASSWORD: made(9),
  BASIC_PASSWORD: made(12),
  HEX_PASSWORD: made(13),
  ADDRESS_PASSWORD: `p@55 w/rd&${made(14)}`,
  FILE_TOKEN: made(15),
  NAME_TOKEN: made(16),
  COMMAND_TOKEN: made(17),
  SPLIT_PASSWORD: made(18),
  FRAME_PASSWORD: made(19),
  ARRAY_PASSWORD: made(20),
  PICKLE_PASSWORD: made(21),
  WIDE_PASSWORD: made(22),
  INSIDE_PASSWORD: made(23),
  LOGGED_PASSWORD: made(24),
  ECHO_PASSWORD: made(25),
  OTHER_PROGRAM_TOKEN: made(51),
} as const
const urls = { DATABASE_URL: made(10), HTTPS_PROXY: made(11) }

const inCode = {
  keyword: made(26),
  apiKey: made(27),
  address: made(28),
  option: made(29),
  environ: made(30),
  pair: made(31),
  bearer: made(32),
  item: made(33),
  comment: made(34),
  title: made(35),
  github: `ghp_${letters(36, 36)}`,
  aws: `AKIA${letters(15, 37).toUpperCase()}7`,
  magic: made(40),
  connection: made(41),
  typed: made(50),
}
/** Made while the code runs, and known by their form alone. */
const jwt = ['eyJhbGciOi', letters(30, 38), '.eyJzdWIiOi', letters(40, 39), '.', letters(43, 40)]
const keyLines = [letters(64, 41), letters(64, 42), letters(64, 43)]
export const answers = { pw: made(42), copied: 'hunter2', key: made(44) }
const inFiles = {
  '.env': made(45),
  '.netrc': made(46),
  'home/.aws/credentials': letters(40, 47),
  'home/.cache/huggingface/token': `hf_${letters(34, 48)}`,
  'settings.yaml': made(49),
  keyring: made(52),
}
/** For programs that speak to the server; kernels do not get it. */
export const serverToken = made(53)

export const secrets: readonly string[] = [
  ...Object.values(variables),
  ...Object.values(urls),
  ...Object.values(inCode),
  jwt.join(''),
  ...keyLines,
  ...Object.values(answers),
  ...Object.values(inFiles),
  serverToken,
]

export const environment: Readonly<Record<string, string>> = {
  ...variables,
  DATABASE_URL: `postgres://me:${urls.DATABASE_URL}@db/x`,
  HTTPS_PROXY: `http://me:${urls.HTTPS_PROXY}@proxy:3128`,
  YESTERDAY_TOKEN: serverToken,
}

/** Files of the project; `keyring` is the shape of that package, whose backends are not to be had everywhere. */
export async function writeFiles(root: string): Promise<void> {
  const files: Readonly<Record<string, string>> = {
    '.env': `DEBUG=true\nDOTENV_PASSWORD="${inFiles['.env']}"\n`,
    '.netrc': `machine h login me password ${inFiles['.netrc']}\n`,
    'home/.aws/credentials': `[default]\naws_access_key_id = x\naws_secret_access_key = ${inFiles['home/.aws/credentials']}\n`,
    'home/.cache/huggingface/token': inFiles['home/.cache/huggingface/token'],
    'settings.yaml': `db:\n  password: ${inFiles['settings.yaml']}\n`,
    'keyring/core.py': `def get_password(service, user):\n    return open('keyring/kept.txt').read()\n`,
    'keyring/__init__.py': 'from .core import get_password\n',
    'keyring/kept.txt': inFiles.keyring,
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
}

/** Code by cell. */
export const cells = {
  env: 'import os, sys, base64, pickle, logging, warnings\nE = os.environ\nprint(E["OPENAI_API_KEY"])\ndict(E)',
  value: 'secret = E["AWS_SECRET_ACCESS_KEY"]\nsecret',
  text: 'line = f"login {E[\'SMTP_PASS\']} now"\nline',
  shown:
    'display({"text/html": f"<b>{E[\'GITHUB_TOKEN\']}</b>", "application/json": {"a": [E["STRIPE_KEY"]]}}, raw=True)',
  failed: 'raise ValueError("no access with " + E["NPM_AUTH"])',
  warned: 'warnings.warn(E["SESSION_SECRET"]); sys.stderr.write(E["MAIL_PASSWORD"])',
  addresses: 'print(E["DATABASE_URL"], E["HTTPS_PROXY"])',
  coded:
    'from urllib.parse import quote\nprint(base64.b64encode(("me:" + E["BASIC_PASSWORD"]).encode()).decode())\n' +
    'print(E["HEX_PASSWORD"].encode().hex(), quote(E["ADDRESS_PASSWORD"], safe=""))',
  file: 'open("report.txt", "w").write("token " + E["FILE_TOKEN"])\nsize = len(open("report.txt").read())',
  name: 'open(f"out-{E[\'NAME_TOKEN\']}.txt", "w").close()',
  command:
    'import subprocess\nsubprocess.run([sys.executable, "-c", "0", "--token", E["COMMAND_TOKEN"]], check=True)',
  split:
    'import time\nsys.stdout.write(E["SPLIT_PASSWORD"][:9]); sys.stdout.flush(); time.sleep(0.2); print(E["SPLIT_PASSWORD"][9:])',
  frame: 'import pandas as pd\nframe = pd.DataFrame({"user": ["me"], "login": [E["FRAME_PASSWORD"]]})\nframe',
  array: 'import numpy as np\narray = np.array([E["ARRAY_PASSWORD"]] * 2000)\narray[:2]',
  pickle:
    'pickle.dump({"a": E["PICKLE_PASSWORD"]}, open("a.pickle", "wb"))\nback = pickle.load(open("a.pickle", "rb"))',
  wide: 'open("wide.txt", "w", encoding="utf-16").write(E["WIDE_PASSWORD"])\nwide = open("wide.txt", encoding="utf-16").read()',
  inside:
    'class Client:\n    def __init__(self, key): self.key = key\nclient = Client(E["INSIDE_PASSWORD"])\nnested = {"a": [client.key]}',
  logged: 'logging.getLogger("x").error(E["LOGGED_PASSWORD"]); get_ipython().log.error(E["LOGGED_PASSWORD"])',
  echo: 'get_ipython().system("echo $ECHO_PASSWORD")',
  title: `connect = dict(password="${inCode.title}")`,
  code:
    `login = dict(user="me", password="${inCode.keyword}")\napi_key = "${inCode.apiKey}"\n` +
    `url = "postgresql://me:${inCode.address}@db/x"\nos.environ["HF_TOKEN"] = "${inCode.environ}"\n` +
    `pair = dict(auth=("me", "${inCode.pair}"))\nheaders = {"Authorization": "Bearer ${inCode.bearer}"}\n` +
    `settings = {"db": {"password": "${inCode.item}"}}\n# password: ${inCode.comment}\n` +
    `github, aws = "${inCode.github}", "${inCode.aws}"\nconnection = "Server=x;Pwd=${inCode.connection};"\n` +
    `print(login, api_key, url, pair, headers, settings, github, aws, connection)`,
  shell: `get_ipython().run_line_magic("env", "MAGIC=1")\n!true --token ${inCode.option}`,
  magic: `%env MAGIC_PASSWORD=${inCode.magic}`,
  forms: `jwt = "".join(${JSON.stringify(jwt)})\nprint(jwt)\nkey = "-----BEGIN PRIVATE KEY-----\\n" + "\\n".join(${JSON.stringify(keyLines).replaceAll('","', '", "')}[::1]) + "\\n-----END PRIVATE KEY-----"\nprint(key)`,
  files:
    'import configparser, netrc\nprint(open(".env").read(), netrc.netrc(".netrc").hosts)\nparser = configparser.ConfigParser()\n' +
    'parser.read("home/.aws/credentials")\nprint(dict(parser["default"]), open("home/.cache/huggingface/token").read())\n' +
    'print(open("settings.yaml").read().split()[-1])\nimport keyring\nfound = keyring.get_password("a", "b")\nprint(found)',
  ask: 'import getpass\npw = getpass.getpass("one: ")\ncopied = f"<{getpass.getpass(\'two: \')}>"\nprint(pw, copied)',
  askPlainly: 'answer = input("API key: ")\nanswer',
} as const

/** Typed into a cell that is never run. */
export const typed = `db.login(password="${inCode.typed}")`

/** What another program had saved in the notebook. */
export const savedOutput = `${'a long line of output\n'.repeat(2000)}token ${variables.OTHER_PROGRAM_TOKEN}\n`
