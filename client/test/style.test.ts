/** The page's style does not reach into Monaco's popups: a class name of ours that they use would lay them out. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { diffColours, WORD_SHARE } from '../src/editor/diff-colours.ts'
import { contrast } from './contrast.ts'

const src = join(import.meta.dirname, '../src')
const monaco = join(import.meta.dirname, '../../node_modules/monaco-editor/esm/vs')
/** What draws the popups. */
const PARTS = [
  'base/browser/ui/{list,scrollbar,iconLabel,hover,sash}/**/*.',
  'editor/contrib/{suggest,hover,parameterHints}/**/*.',
]

const read = (folder: string, patterns: readonly string[]): string =>
  patterns
    .flatMap((pattern) => globSync(pattern, { cwd: folder }))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')

const namesIn = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].flatMap(([found]) => found.match(/(?<![\w-])[a-z][\w-]*/gi) ?? [])

const selectors = /\.[a-z][\w-]*(?=[^{}()'"]*\{)/gi
const given = /(?:\$|h|append)\((?:\w+, )?'[\w-]*(?:\.[\w-]+)+|(?:classList\.add\(|className = )'[\w -]+/g

test('no class of the page is a class of the popups', () => {
  const ours = new Set(namesIn(read(src, ['**/*.css']), selectors))
  const styled = namesIn(read(monaco, [`${PARTS[0]}css`, `${PARTS[1]}css`]), selectors)
  const made = namesIn(read(monaco, [`${PARTS[0]}js`, `${PARTS[1]}js`]), given)
  const theirs = new Set([...styled, ...made])
  for (const known of ['suggest-widget', 'monaco-list-row', 'tree', 'main'])
    expect([...theirs]).toContain(known)
  // Arrows between overloads, which are never drawn: a kernel knows one signature.
  expect([...theirs].filter((name) => ours.has(name))).toEqual(['button'])
})

/** The hex colours of a theme, by the names of their variables. */
function colours(theme: 'light' | 'dark'): ReadonlyMap<string, string> {
  const css = readFileSync(join(src, 'style/tokens.css'), 'utf8')
  const [block = ''] = css.split(`[data-theme="${theme}"]`)[1]?.split('}') ?? []
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', hex = '']) => [name, hex]),
  )
}

const mixed = (over: string, under: string, share: number): string =>
  `#${[1, 3, 5]
    .map((at) => [over, under].map((hex) => Number.parseInt(hex.slice(at, at + 2), 16)))
    .map(([top = 0, ground = 0]) => Math.round(share * top + (1 - share) * ground))
    .map((value) => value.toString(16).padStart(2, '0'))
    .join('')}`

test.each(['light', 'dark'] as const)('code is legible on changed lines and words: %s', (theme) => {
  const known = colours(theme)
  const token = (name: string): string => known.get(name) ?? ''
  const inks = [...known.keys()].filter((name) =>
    /^editor-(?:text|comment|keyword|string|number|function|type|variable|operator|constant|decorator|error)$/.test(
      name,
    ),
  )
  expect(inks).toHaveLength(12)
  const shown = diffColours(token)
  for (const kind of ['inserted', 'removed']) {
    const line = shown[`diffEditor.${kind}LineBackground`] ?? ''
    const word = mixed((shown[`diffEditor.${kind}TextBackground`] ?? '').slice(0, 7), line, WORD_SHARE)
    for (const ink of inks) {
      expect(contrast(token(ink), line), `${ink} on a ${kind} line`).toBeGreaterThanOrEqual(4.5)
      expect(contrast(token(ink), word), `${ink} on a ${kind} word`).toBeGreaterThanOrEqual(4.5)
    }
    const gutter = shown[`diffEditorGutter.${kind}LineBackground`] ?? ''
    expect(contrast(token('editor-line-number'), gutter)).toBeGreaterThanOrEqual(4.5)
  }
})

test.each(['light', 'dark'] as const)('with more contrast, text keeps 7:1 on every surface: %s', (theme) => {
  const css = readFileSync(join(src, 'style/tokens.css'), 'utf8')
  const [block = ''] = css.split(`[data-theme="${theme}"][data-contrast="more"]`)[1]?.split('}') ?? []
  const changed = [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)]
  const known = new Map([
    ...colours(theme),
    ...changed.map(([, name = '', hex = '']) => [name, hex] as const),
  ])
  const token = (name: string): string => known.get(name) ?? ''
  for (const surface of ['surface', 'surface-raised', 'surface-sunken'].map(token)) {
    for (const ink of ['text', 'text-muted', 'accent', 'danger', 'warning', 'success', 'past'])
      expect(contrast(token(ink), surface), `${ink} on ${surface}`).toBeGreaterThanOrEqual(7)
    expect(contrast(token('border'), surface)).toBeGreaterThanOrEqual(4.5)
  }
  for (const [name, hex] of known)
    if (/^editor-(?:text|comment|keyword|string|number|function|operator|constant|decorator)$/.test(name))
      expect(contrast(hex, token('editor-background')), name).toBeGreaterThanOrEqual(7)
})
