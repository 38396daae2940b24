/**
 * Decides whether the outputs of a notebook may load content from other hosts. Outputs that were produced here may. Others
 * came with the file: a person is asked once per notebook, after a frame was kept from loading something. Invariant: an
 * output of which it is not known that it was produced here never reaches another host without that person's consent.
 */

import { changeSetting, settings } from '../settings/settings-store.ts'
import { type Observable, Watched } from '../state/observable.ts'
import { remember, remembered } from '../state/remembered.ts'
import type { FrameLevel } from './frame-protocol.ts'

/** `load` and `block` are for one notebook, `never` is a setting for all of them. */
export type Consent = 'load' | 'block' | 'never'

const consentKey = (documentId: string): string => `yesterday.external.${documentId}`
/** Hosts that the question names at most. */
const MOST_HOSTS = 50

export class ExternalContent {
  readonly #own: Observable<ReadonlySet<string> | null>
  readonly #key: string
  readonly #consent: Watched<Consent | null>
  readonly #blocked = new Watched<readonly string[]>([])

  /** `own`: ids of outputs that were produced here, null until known. */
  constructor(own: Observable<ReadonlySet<string> | null>, documentId: string) {
    this.#own = own
    this.#key = consentKey(documentId)
    this.#consent = new Watched(readConsent(this.#key))
  }

  /** What the person has answered; null until then. */
  get consent(): Observable<Consent | null> {
    return this.#consent
  }

  /** Hosts that outputs were kept from loading from. */
  get blocked(): Observable<readonly string[]> {
    return this.#blocked
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    const stops = [this.#own.subscribe(listener), this.#consent.subscribe(listener)]
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** The level of the frame that draws an output; null until it is known. */
  levelOf(output: string | null): FrameLevel | null {
    const own = this.#own.get()
    if (own === null) return null
    const isAllowed = this.#consent.get() === 'load' || (output !== null && own.has(output))
    return isAllowed ? 'online' : 'offline'
  }

  /** A frame was kept from loading from these hosts. */
  addBlocked(hosts: readonly string[]): void {
    const known = this.#blocked.get()
    const fresh = hosts.filter((host) => !known.includes(host))
    if (fresh.length > 0) this.#blocked.set([...known, ...fresh].slice(0, MOST_HOSTS))
  }

  answer(consent: Consent): void {
    if (consent === 'never') void changeSetting('person', 'externalContent', 'never')
    else remember(this.#key, consent)
    this.#consent.set(consent)
  }

  /** Forgets the answers for this notebook and for all: the person is asked again. */
  reset(): void {
    void changeSetting('person', 'externalContent', 'ask')
    remember(this.#key, '')
    this.#consent.set(null)
  }
}

function readConsent(key: string): Consent | null {
  const own = remembered(key)
  if (own === 'load' || own === 'block') return own
  return settings.get().externalContent === 'never' ? 'never' : null
}
