/** One form in which recorded runs leave Yesterday. `exporters.ts` lists all of them. */
import type { Why } from '../../../contract/past.ts'
import type { ReadObject } from '../../lineage/diff-outputs.ts'
import type { ExportScope } from './scope.ts'

export interface ExportQuestion {
  readonly scope: ExportScope
  /** Bytes by digest, secrets masked. */
  readonly read: ReadObject
  /** The receipt in words of the run that was asked for; null where a whole notebook was. */
  readonly why: () => Promise<Why | null>
  /** ISO 8601. */
  readonly now: string
  /** The data's licence, as an address or an SPDX identifier; null where its owner stated none. */
  readonly license: string | null
}

export interface Exporter {
  /** As `--format` names it. */
  readonly format: string
  /** For people: "PROV-JSON". */
  readonly title: string
  /** The whole file. */
  body(question: ExportQuestion): string | Promise<string | Uint8Array>
}
