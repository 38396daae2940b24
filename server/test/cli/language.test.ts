/** The language of recorded facts, and columns of wide characters. */
import { expect, test } from 'vitest'
import { pickLocale } from '../../contract/words.ts'
import { terminalLocale } from '../../src/cli/language.ts'
import { table } from '../../src/cli/text.ts'

test.each([
  [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
  [{ LANG: 'zh' }, 'zh'],
  [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en'],
  [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_TW' }, 'zh'],
  [{ LANG: 'zh_CN.UTF-8', LC_ALL: '' }, 'zh'],
  [{ LANG: 'de_DE.UTF-8' }, 'en'],
  [{}, 'en'],
] as const)('%j is %s', (env, locale) => {
  expect(terminalLocale(env)).toBe(locale)
})

test('of a browser the first language that there is', () => {
  expect(pickLocale(null, ['fr', 'zh-Hans-CN', 'en'])).toBe('zh')
  expect(pickLocale('en', ['zh'])).toBe('en')
})

test('columns are aligned by the width of characters', () => {
  expect(
    table([
      ['完成', 'a'],
      ['Failed', 'b'],
    ]),
  ).toEqual(['完成    a', 'Failed  b'])
})
