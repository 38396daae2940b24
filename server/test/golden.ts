/**
 * Goldens: what a person or another program reads, kept as files next to the tests and compared as a whole. After a
 * wanted change, `YESTERDAY_TEST_UPDATE_GOLDENS=1 npm run test:one PATH` writes them; read their diff before the commit.
 */
import { join } from 'node:path'
import { expect } from 'vitest'

/** What differs from run to run, by the words that take its place. */
export type Replaced = readonly (readonly [what: string | RegExp, by: string])[]

/** Compares `text` with `goldens/<name>` in the folder of the test. */
export async function expectGolden(
  folder: string,
  name: string,
  text: string,
  replaced: Replaced = [],
): Promise<void> {
  const normal = replaced.reduce((all, [what, by]) => all.replaceAll(what, by), text)
  await expect(`${normal.trimEnd()}\n`).toMatchFileSnapshot(join(folder, 'goldens', name))
}
