/** The findings of axe on a page that keep a person out. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

export interface Scope {
  /** Selectors of the parts that are looked at; default the whole page. */
  readonly within?: readonly string[]
  /** Default all rules of axe. */
  readonly tags?: readonly string[]
  /** Just what another theme can break, on a page that was looked at whole in the first. */
  readonly colorsOnly?: boolean
}

const OF_COLORS = ['color-contrast', 'link-in-text-block']

/**
 * Its serious and critical findings, as text. Looks at the page itself, not into frames of outputs, whose content is
 * the person's: so all is asked in the page, where otherwise axe opens another page for each question.
 */
export async function seriousFindings(
  page: Page,
  { within = [], tags = [], colorsOnly = false }: Scope = {},
): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] })
  for (const selector of within) axe.include(selector)
  if (colorsOnly) axe.withRules(OF_COLORS)
  else if (tags.length > 0) axe.withTags([...tags])
  const { violations } = await axe.analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)
}
