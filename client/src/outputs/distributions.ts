/** pure. Which package has a module that is missing, and the command that installs it. */
import type { KernelEnvironment } from '@yesterday/server/contract/environment.ts'

/** Packages that are named otherwise than their modules. */
const NAMES: Readonly<Record<string, string>> = {
  attr: 'attrs',
  Bio: 'biopython',
  bs4: 'beautifulsoup4',
  community: 'python-louvain',
  Crypto: 'pycryptodome',
  cv2: 'opencv-python',
  dateutil: 'python-dateutil',
  docx: 'python-docx',
  dotenv: 'python-dotenv',
  faiss: 'faiss-cpu',
  fitz: 'PyMuPDF',
  git: 'GitPython',
  google: 'protobuf',
  jwt: 'PyJWT',
  magic: 'python-magic',
  mpl_toolkits: 'matplotlib',
  MySQLdb: 'mysqlclient',
  OpenSSL: 'pyOpenSSL',
  PIL: 'pillow',
  pkg_resources: 'setuptools',
  pptx: 'python-pptx',
  psycopg2: 'psycopg2-binary',
  serial: 'pyserial',
  skimage: 'scikit-image',
  sklearn: 'scikit-learn',
  umap: 'umap-learn',
  usb: 'pyusb',
  yaml: 'PyYAML',
  zmq: 'pyzmq',
}

/** `isKnown`: the name is that of the table; else it is the module's, which usually is the package's. */
export interface Distribution {
  readonly name: string
  readonly isKnown: boolean
}

/** The package to install after this error; null if the error is of another kind. */
export function missingDistribution(ename: string, evalue: string): Distribution | null {
  const module = /^No module named '([A-Za-z_]\w*)(?:\.[\w.]+)?'$/.exec(evalue.trim())?.[1]
  if (ename !== 'ModuleNotFoundError' || module === undefined) return null
  const known = Object.hasOwn(NAMES, module) ? NAMES[module] : undefined
  return { name: known ?? module.replaceAll('_', '-'), isKnown: known !== undefined }
}

/** A requirement as PEP 508 has it, without URLs, options and whatever a shell would read. */
const REQUIREMENT =
  /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9,._-]+\])?(?:(?:==|>=|<=|~=|!=|<|>)[A-Za-z0-9.*+!_-]+(?:,(?:==|>=|<=|~=|!=|<|>)[A-Za-z0-9.*+!_-]+)*)?$/

/** What is asked for, as separate requirements; null where one is none. */
export function requirementsOf(text: string): readonly string[] | null {
  const words = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
  return words.length > 0 && words.every((word) => word.length <= 200 && REQUIREMENT.test(word))
    ? words
    : null
}

export type PackageVerb = 'install' | 'upgrade' | 'remove'

/** The source of the cell that does it: the exact command. */
export function packageCommand(
  installer: NonNullable<KernelEnvironment['installer']>,
  verb: PackageVerb,
  requirements: readonly string[],
): string {
  // `<` and `>` are the shell's.
  const words = requirements.map((one) => (/[<>!*]/.test(one) ? `"${one}"` : one)).join(' ')
  const options = { install: 'install', upgrade: 'install --upgrade', remove: 'uninstall' }[verb]
  if (installer === 'pip') return `%pip ${options}${verb === 'remove' ? ' -y' : ''} ${words}`
  return `import sys\n!uv pip ${options} --python "{sys.executable}" ${words}`
}
