// @vitest-environment happy-dom
/** Terminal colours as programs write them, odd and hostile sequences, and how they are drawn. */
import { cleanup, render } from '@testing-library/react'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { AnsiText } from '../src/outputs/AnsiText.tsx'
import { parseAnsi, plainStyle, withoutAnsi } from '../src/outputs/ansi.ts'

afterEach(cleanup)
const ESC = '\u001b'
const styleAfter = (codes: string) => parseAnsi(`${ESC}[${codes}mx`)[0]?.style

describe('styles', () => {
  test.each([
    ['30', { color: 0 }],
    ['37', { color: 7 }],
    ['90', { color: 8 }],
    ['97', { color: 15 }],
    ['40', { background: 0 }],
    ['107', { background: 15 }],
    ['1;3;4;9', { bold: true, italic: true, underline: true, strike: true }],
    ['7', { inverse: true }],
    ['2', { faint: true }],
    ['1;22', {}],
    ['3;23;4;24;9;29;7;27', {}],
    ['31;39', {}],
    ['41;49', {}],
    ['31;0', {}],
    ['31;', {}],
    ['', {}],
    ['38;5;0', { color: 0 }],
    ['38;5;15', { color: 15 }],
    ['38;5;16', { color: 'rgb(0 0 0)' }],
    ['38;5;231', { color: 'rgb(255 255 255)' }],
    ['38;5;232', { color: 'rgb(8 8 8)' }],
    ['38;5;255', { color: 'rgb(238 238 238)' }],
    ['38;5;999', { color: 'rgb(238 238 238)' }],
    ['38;2;300;-1;7', {}],
    ['38;2;300;0;7', { color: 'rgb(255 0 7)' }],
    ['48;5;21;1', { background: 'rgb(0 0 255)', bold: true }],
    ['38;2;1;2;3;4', { color: 'rgb(1 2 3)', underline: true }],
    ['38', {}],
    ['38;9;1', {}],
    ['38;5', { color: 0 }],
    ['53;73;999', {}],
  ])('%j', (codes, expected) => {
    // A parameter that is no number makes the sequence none that sets a style.
    expect(styleAfter(codes)).toEqual({ ...plainStyle, ...expected })
  })

  test.each([
    ['4:3', { underline: true }],
    ['4:0', {}],
    ['1;4:0', { bold: true }],
    ['4;4:0', {}],
    ['58;2;1;3;4', {}],
    ['58:2::1:3:4', {}],
    ['58;5;1', {}],
    ['58;5;9;1', { bold: true }],
    ['58:5:9;31', { color: 1 }],
    ['59', {}],
    ['21', { underline: true }],
  ])('underlines with a form or a colour of their own: %j', (codes, expected) => {
    expect(styleAfter(codes)).toEqual({ ...plainStyle, ...expected })
  })

  test('what was set before a sequence of another kind stays', () => {
    const spans = parseAnsi(`${ESC}[31ma${ESC}[2Kb${ESC}]0;title\u0007c`)
    expect(spans.map(({ text, style }) => [text, style.color])).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ])
  })
})

describe('sequences that are no style', () => {
  test.each([
    ['cursor and screen', `a${ESC}[1A${ESC}[2J${ESC}[?1049h${ESC}[Hb`, 'ab'],
    ['a title without its end', `a${ESC}]0;title`, 'a'],
    ['a link', `${ESC}]8;;https://a.example${ESC}\\text${ESC}]8;;${ESC}\\`, 'text'],
    ['at the very end', `a${ESC}[`, 'a'],
    ['a colour that is cut', `a${ESC}[38;5`, 'a'],
    ['two in a row', `${ESC}[1m${ESC}[0m`, ''],
    ['none', 'plain [31m text', 'plain [31m text'],
    ['an empty text', '', ''],
  ])('%s', (_, text, expected) => {
    expect(withoutAnsi(text)).toBe(expected)
    expect(
      parseAnsi(text)
        .map((span) => span.text)
        .join(''),
    ).toBe(expected)
  })

  test('in any text, the runs together are the text without escapes, and none is empty', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ESC,
        `${ESC}[`,
        `${ESC}[31m`,
        `${ESC}[0m`,
        `${ESC}]0;`,
        '\u0007',
        ';',
        ':',
        'm',
        '38;2;',
        '\\',
      ),
      fc.string({ maxLength: 4 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('')
        const spans = parseAnsi(text)
        expect(spans.map((span) => span.text).join('')).toBe(withoutAnsi(text))
        expect(spans.every((span) => span.text !== '')).toBe(true)
      }),
    )
  })

  test('a long run of openings is read in bounded time', () => {
    const began = performance.now()
    withoutAnsi(`${ESC}[`.repeat(50_000))
    withoutAnsi(`${ESC}]`.repeat(50_000))
    withoutAnsi(`${ESC}[${'1;'.repeat(200_000)}`)
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})

describe('drawn', () => {
  const drawn = (text: string) => render(<AnsiText text={text} />).container
  const css = (codes: string): string =>
    drawn(`${ESC}[${codes}mx`).querySelector('span')?.getAttribute('style') ?? ''

  test('markup in the text stays text', () => {
    const place = drawn(`${ESC}[31m<img src=x onerror=alert(1)>${ESC}[0m<b>`)
    expect(place.textContent).toBe('<img src=x onerror=alert(1)><b>')
    expect(place.querySelector('img, b')).toBeNull()
  })

  test('text without a style has no element of its own', () => {
    expect(drawn('a\nb').children).toHaveLength(0)
    expect(drawn(`a${ESC}[1mb${ESC}[0mc`).children).toHaveLength(1)
  })

  test('colours of the palette are the theme’s', () => {
    expect(css('31')).toContain('var(--ansi-red)')
    expect(css('91')).toContain('var(--ansi-bright-red)')
    expect(css('1;4;9')).toMatch(/font-weight: 700.*text-decoration: underline line-through/)
  })

  test('inverse swaps text and ground, also where neither is set', () => {
    expect(css('7')).toMatch(/color: var\(--surface\).*background: var\(--text\)/)
    expect(css('7;31')).toMatch(/color: var\(--surface\).*background: var\(--ansi-red\)/)
    expect(css('7;31;42')).toMatch(/color: var\(--ansi-green\).*background: var\(--ansi-red\)/)
  })
})
