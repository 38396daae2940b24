/** The gallery of `npm run dev`: no component has a serious finding of axe in its states: light, dark and on a phone. */
import { createRequire } from 'node:module'
import { expect, type Page, test } from '@playwright/test'
import { seconds } from '../../server/setup/patience.js'
import { startDev } from '../support/dev.ts'
import { discard, newFolder } from '../support/program.ts'

const axe = createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright')).resolve('axe-core')

/** What a width or a theme can break, on a state that was looked at whole in the first. */
const OF_COLORS = ['color-contrast', 'link-in-text-block']
const OF_WIDTH = ['scrollable-region-focusable', 'target-size']
/** States that say how a component is laid out. */
const ON_A_PHONE = /huge|long|some|notebook|plan$|done|busy|question/
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']

/** The findings of one state: the rule, and where. */
type Findings = readonly string[]

interface Checked {
  readonly name: string
  readonly findings: Findings
}

/** Draws each state in turn and runs axe on it, inside the page: a page is asked once, not hundreds of times. */
async function check(page: Page, isPhone: boolean): Promise<readonly Checked[]> {
  await page.addScriptTag({ path: axe })
  // Colours on their way from one theme to the other are none of ours.
  await page.addStyleTag({ content: '* { transition: none !important; animation: none !important }' })
  return page.evaluate(
    async ({ colors, width, tags, isPhone, phone }) => {
      const place = (): HTMLElement => {
        const found = document.querySelector<HTMLElement>('.gallery-state')
        if (found === null) throw new Error('the gallery has no place for a state')
        return found
      }
      const names: readonly string[] = JSON.parse(place().dataset.names ?? '[]')
      const drawn = (name: string): Promise<void> =>
        new Promise((resolve) => {
          const look = (): void => {
            if (place().dataset.state !== name) return
            watcher.disconnect()
            resolve()
          }
          const watcher = new MutationObserver(look)
          watcher.observe(document.body, { attributes: true, childList: true, subtree: true })
          location.hash = encodeURIComponent(name)
          look()
        })
      const run = async (theme: string, only: readonly string[]): Promise<Findings> => {
        document.documentElement.dataset.theme = theme
        const type = only === tags ? 'tag' : 'rule'
        const { violations } = await Reflect.get(globalThis, 'axe').run(document, {
          runOnly: { type, values: only },
          resultTypes: ['violations'],
          iframes: false,
        })
        return violations
          .filter(({ impact }: { impact: string }) => ['serious', 'critical'].includes(impact))
          .map(
            ({ id, nodes }: { id: string; nodes: { html: string }[] }) =>
              `${theme} ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
          )
      }
      // Later states of a component differ in words: of those, each fourth is checked.
      const isAmongFirst = (all: readonly string[], index: number): boolean => {
        const component = all[index]?.split('/')[0]
        return all.findIndex((one) => one.split('/')[0] === component) + 4 > index
      }
      const checked: Checked[] = []
      for (const name of names.filter((one, index) =>
        isPhone ? new RegExp(phone).test(one) : isAmongFirst(names, index) || index % 4 === 0,
      )) {
        await drawn(name)
        const findings = isPhone
          ? await run('light', width)
          : [...(await run('light', tags)), ...(await run('dark', colors))]
        if (findings.length > 0) checked.push({ name, findings })
      }
      return checked
    },
    { colors: OF_COLORS, width: OF_WIDTH, tags: WCAG, isPhone, phone: ON_A_PHONE.source },
  )
}

test('axe finds nothing serious in any state of the gallery', async ({ page }) => {
  test.setTimeout(seconds(240))
  const folder = await newFolder()
  const dev = startDev(folder)
  try {
    await expect.poll(dev.printed, { timeout: seconds(60) }).toContain('?token=')
    const { origin } = new URL(/http:\/\/\S+\?token=\S+/.exec(dev.printed())?.[0] ?? '')
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.goto(`${origin}/gallery?state=dialog/question`)
    await expect(page.locator('[data-state="dialog/question"]')).toBeAttached()
    expect(await check(page, false)).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await check(page, true)).toEqual([])
  } finally {
    await dev.stop()
    await discard(folder)
  }
})
