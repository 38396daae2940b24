/** A seeded sample of the table in `injected.ts`, on real kernels; `injected-all.ts` runs it whole. */
import { describe, expect, test } from 'vitest'
import { python, whySkipped } from '../session/house.ts'
import { causes, inject, templates } from './injected.ts'

/** Each cause once, and each with another template. */
const sample = causes.flatMap((cause, place) => {
  const template = templates[(place * 3 + 1) % (templates.length - 1)]
  return template === undefined ? [] : [{ cause, template, name: template.name }]
})

describe.skipIf(python === null)(`since it worked${whySkipped}`, () => {
  test.each(sample)('$cause in $name is named first, and proved', async ({ cause, template }) => {
    const outcome = await inject(python ?? '', template, cause)
    const { report } = outcome
    const causes = typeof report === 'string' ? report : report.causes.map(({ id }) => id)
    expect({ causes, isFirst: outcome.isFirst, isProved: outcome.isProved }).toEqual({
      causes,
      isFirst: true,
      isProved: true,
    })
  })
})
