/**
 * Recorded code with its secrets again, so that it can run: the record has placeholders. Values come from where they
 * still are: the notebook as it is now, the environment, dotenv files, and answers that were given to this server.
 */
import { fingerprintsIn, SIGN } from '@yesterday/kernel-bridge'
import type { Secrets } from './secrets.ts'

/** The source to run, or the fingerprints of the secrets that are nowhere. */
export type LiveSource =
  | { readonly ok: true; readonly source: string }
  | { readonly ok: false; readonly missing: readonly string[] }

/** An environment variable may give a value by its fingerprint, also another one than then. */
const GIVEN = 'YESTERDAY_SECRET_'

export class LiveSources {
  readonly #secrets: Secrets
  readonly #env: Readonly<Record<string, string | undefined>>
  /** Sources of notebooks, by how they are recorded. */
  readonly #whole = new Map<string, string>()
  readonly #values = new Map<string, string>()

  /** `sources` are cells of notebooks as they are now. */
  constructor(
    secrets: Secrets,
    sources: Iterable<string>,
    env: Readonly<Record<string, string | undefined>> = process.env,
  ) {
    this.#secrets = secrets
    this.#env = env
    for (const source of sources) {
      this.#whole.set(secrets.maskSource(source), source)
      for (const { value } of secrets.masker.find(source, true)) this.give(value)
    }
    for (const value of [...secrets.masker.known.values]) this.give(value)
  }

  /** Gives a value for its own fingerprint, or for another one: a password may have been changed since. */
  give(value: string, fingerprint = this.#secrets.masker.fingerprint(value)): void {
    this.#secrets.learn([value])
    this.#values.set(fingerprint, value)
  }

  /** Fingerprints of this recorded source that have no value. */
  missing(recorded: string): readonly string[] {
    const found = this.restore(recorded)
    return found.ok ? [] : found.missing
  }

  restore(recorded: string): LiveSource {
    const whole = this.#whole.get(recorded)
    if (whole !== undefined) return { ok: true, source: whole }
    const missing: string[] = []
    let source = recorded
    for (const fingerprint of new Set(fingerprintsIn(recorded))) {
      const value = this.#env[GIVEN + fingerprint.toUpperCase()] ?? this.#values.get(fingerprint)
      if (value === undefined) missing.push(fingerprint)
      else source = source.replaceAll(SIGN + fingerprint, () => value)
    }
    return missing.length > 0 ? { ok: false, missing } : { ok: true, source }
  }
}

/** What to do about secrets that are nowhere. */
export const missingText = (missing: readonly string[]): string =>
  `its code holds ${missing.length === 1 ? 'a secret that is' : `${missing.length} secrets that are`} not stored: ` +
  `put it into the notebook again, or set ${missing.map((one) => GIVEN + one.toUpperCase()).join(', ')}`
