/**
 * What this server must not write down. Invariant: a text passes through `mask` before it is stored, exported or logged;
 * the values themselves are in memory only. The fingerprints of placeholders are keyed with the user's machine key, so
 * that they are the same in all projects of this user and say nothing to anyone else.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isSecretFile, KnownSecrets, Masker, variableSecrets } from '@yesterday/kernel-bridge'
import { digestOf } from '../disk/digest.ts'
import { connectionSecrets } from '../user/connections.ts'
import { serverTokens } from '../user/jupyter-servers.ts'
import { signerFor } from '../user/machine-key.ts'

const LARGEST_FILE = 64 * 1024
const DOTENV = /^\.env(?:\..+)?$/
const LINE = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]{0,80})[ \t]*=[ \t]*(.+?)[ \t]*$/gm

/** The key for fingerprints, as hex: kernels are given it. Throws `UserFolderError` if there can be none. */
export const fingerprintKey = (): string => signerFor('secret-fingerprint').sign('key')

export class Secrets {
  readonly masker: Masker

  constructor(masker: Masker) {
    this.masker = masker
  }

  /** These values are secret from now on, wherever they occur. */
  learn(values: Iterable<string>): void {
    this.masker.known.learn(values)
  }

  /** From now on, secrets that a cell's source reveals are known. */
  learnSource(source: string): void {
    this.learn(this.masker.values(source, true))
  }

  mask(text: string): string {
    return this.masker.mask(text)
  }

  /** A cell's source as it is recorded. */
  maskSource(source: string): string {
    return this.masker.mask(source, { isCode: true })
  }

  /** A file's digest as it is recorded: keyed for one whose name says that it keeps secrets. */
  fileDigest(path: string, digest: string): string {
    return isSecretFile(path) ? this.masker.keyed(digest) : digest
  }

  /** The digests that this source may have been recorded under: masked, and as it was before its secret was known. */
  sourceDigests(source: string): readonly string[] {
    const masked = this.maskSource(source)
    return masked === source ? [digestOf(source)] : [digestOf(masked), digestOf(source)]
  }
}

/** Knows the environment, the project's dotenv files, and the user's connections to databases. */
export function projectSecrets(
  root: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Secrets {
  const secrets = secretsOf(dotenvSecrets(root))
  secrets.learn([...connectionSecrets(), ...serverTokens()])
  secrets.masker.known.learnVariables(env)
  return secrets
}

/** Knows these values. */
export function secretsOf(values: Iterable<string>): Secrets {
  const known = new KnownSecrets()
  known.learn(values)
  return new Secrets(new Masker(known, () => Buffer.from(fingerprintKey(), 'hex')))
}

function* dotenvSecrets(root: string): Generator<string> {
  for (const name of namesIn(root).filter((one) => DOTENV.test(one)))
    for (const [, variable = '', value = ''] of textOf(join(root, name)).matchAll(LINE))
      yield* variableSecrets(variable, value.replace(/^(["'])(.*)\1$/, '$2'))
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Empty where it is not a small plain file that can be read. */
function textOf(path: string): string {
  try {
    const found = statSync(path)
    return found.isFile() && found.size <= LARGEST_FILE ? readFileSync(path, 'utf8') : ''
  } catch {
    return ''
  }
}
