/** What the harness asks of a target: a boundary where bytes come in that this program did not write. */
import type { Arbitrary } from 'fast-check'

export interface Target {
  /** Inputs made from a seed. The harness also changes the files of the corpus and feeds them. */
  readonly inputs: Arbitrary<Uint8Array>
  /** Sets up what the inputs meet. */
  open(): Promise<Opened>
}

export interface Opened {
  /** Feeds one input. A refusal is an answer; a throw is a fault. */
  feed(input: Uint8Array): Promise<Verdict>
  /** All that inputs may change, as text. */
  state(): string | Promise<string>
  close(): Promise<void>
}

export type Verdict = 'accepted' | 'refused'
