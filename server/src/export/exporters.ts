/** The forms of recorded runs, in the order in which help lists them. To add one: docs/extending/exporter.md. */
import type { Exporter } from './lineage/exporter.ts'
import { openLineage } from './lineage/openlineage.ts'
import { prov } from './lineage/prov.ts'
import { report } from './lineage/report.ts'
import { crate } from './lineage/ro-crate.ts'

export const EXPORTERS: readonly Exporter[] = [openLineage, prov, crate, report]
