/** A stream is shown as a terminal would show it, whatever pieces it comes in. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TerminalText } from '../../src/session/terminal-text.ts'

const up = '\x1b[A'
const red = '\x1b[31m'
const plain = '\x1b[0m'
const link = '\x1b]8;;http://localhost/\x1b\\'

/** The text after the writes, with the edits applied to a copy that must say the same. */
function written(...chunks: readonly string[]): string {
  const screen = new TerminalText()
  let copy = ''
  for (const chunk of chunks) {
    const edit = screen.write(chunk)
    if (edit !== null) copy = copy.slice(0, edit.at) + edit.insert + copy.slice(edit.at + edit.remove)
    expect(copy).toBe(screen.text)
    expect(screen.length).toBe(copy.length)
  }
  return copy
}

test.each<readonly [name: string, chunks: readonly string[], shown: string]>([
  ['plain text', ['one\n', 'two'], 'one\ntwo'],
  ['a carriage return starts the line over', ['10%\r20%'], '20%'],
  ['what is not covered stays', ['abcdef\rxy'], 'xycdef'],
  ['a carriage return alone changes nothing', ['abc\r'], 'abc'],
  ['a carriage return and a newline', ['abc\r\ndef'], 'abc\ndef'],
  ['the two of them apart', ['abc\r', '\ndef'], 'abc\ndef'],
  ['a progress bar', ['\r 1/3', '\r 2/3', '\r 3/3\n'], ' 3/3\n'],
  ['backspace', ['abc\b\bX'], 'aXc'],
  ['backspace stops at the start', ['a\b\b\bX'], 'X'],
  ['a bell is not seen', ['a\x07b'], 'ab'],
  ['cursor up', [`one\ntwo\n${up}TWO`], 'one\nTWO\n'],
  ['cursor up stops at the top', [`one\n\x1b[9AONE`], 'ONE\n'],
  ['two bars', [`a 1\nb 1\n`, `${up}${up}a 2\n\x1b[B`, `${up}b 2\n`], 'a 2\nb 2\n'],
  ['after cursor up, a newline goes down', [`one\ntwo${up}\rONE\nTWO`], 'ONE\nTWO'],
  ['cursor forward leaves room', ['a\x1b[3Cb'], 'a   b'],
  ['cursor back', ['abc\x1b[2DX'], 'aXc'],
  ['a column', ['abc\x1b[2GX'], 'aXc'],
  ['erase to the end of the line', ['abcdef\r\x1b[Kxy'], 'xy'],
  ['erase to the start of the line', ['abcd\x1b[2D\x1b[1K'], '   d'],
  ['erase the line', ['abc\x1b[2K\rx'], 'x'],
  ['erase the screen', ['a\nb\n\x1b[2Jc'], 'c'],
  ['erase below', [`a\nb\nc\n\x1b[3A\x1b[J`], ''],
  ['home', ['ab\ncd\x1b[HX'], 'Xb\ncd'],
  ['an escape in two pieces', ['abc\x1b', '[2DX'], 'aXc'],
  ['an escape in three pieces', ['abc\x1b', '[', '2DX'], 'aXc'],
  ['colours are kept', [`${red}no${plain} yes`], `${red}no${plain} yes`],
  ['colours in two pieces are kept', ['\x1b[3', `1mno${plain}`], `${red}no${plain}`],
  ['a coloured bar', [`${red}10%${plain}`, `\r${red}20%${plain}`], `${red}20%${plain}`],
  ['a colour takes no room', [`${red}ab${plain}cd\b\bX`], `${red}ab${plain}Xd`.replace(`${plain}X`, 'X')],
  ['a colour before what comes next', [`abc${red}`, 'x\b\n'], `abc${red}x\n`],
  ['a colour between a carriage return and its text', ['abc\r', red, `x${plain}`], `${red}x${plain}bc`],
  ['a colour before an erased rest', [`${red}\x1b[Kabc`], `${red}abc`],
  ['a link in two pieces takes no room', [`${link.slice(0, -1)}`, `${link.slice(-1)}here\b!`], `${link}her!`],
  ['a colour reset by the terminal database', [`${red}ab\x1b(B${plain}\b!`], `${red}a!\x1b(B${plain}`],
  ['wide characters are whole', ['🙂🙂\r🙁'], '🙁🙂'],
])('%s', (_, chunks, shown) => expect(written(...chunks)).toBe(shown))

const piece = fc.constantFrom(
  ...['a', 'bc', 'def', '🙂', '\n', '\r', '\b', '\r\n', red, plain, link],
  ...[up, '\x1b[2B', '\x1b[C', '\x1b[2D', '\x1b[K', '\x1b[1K', '\x1b[2K', '\x1b[J', '\x1b[2J', '\x1b[H'],
)

test('edits lead to the text, and what is seen does not depend on the pieces', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 25 }),
      fc.array(fc.nat(60), { maxLength: 8 }),
      (pieces, cuts) => {
        const whole = [...pieces.join('')]
        const places = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length]
        const inPieces = places.slice(1).map((to, n) => whole.slice(places[n], to).join(''))
        expect(seen(written(...inPieces))).toBe(seen(written(whole.join(''))))
      },
    ),
    { numRuns: 1000 },
  )
})

/** Without colours and links, which are not characters. */
function seen(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is taken away
  return text.replace(/\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\/g, '')
}

test('the head of a long text leaves in whole lines', () => {
  const screen = new TerminalText()
  for (let n = 0; n < 100; n++) screen.write(`line ${n}\n`)
  const whole = screen.text
  const head = screen.takeHead(100)
  expect(head.endsWith('\n')).toBe(true)
  expect(screen.length).toBeLessThanOrEqual(100)
  expect(head + screen.text).toBe(whole)
  expect(screen.write('more')).toEqual({ at: screen.length - 4, remove: 0, insert: 'more' })
})

test('one endless line leaves too, and no character is cut in two', () => {
  const screen = new TerminalText()
  screen.write('🙂'.repeat(101))
  const head = screen.takeHead(51)
  expect(head).toBe('🙂'.repeat(75))
  expect(screen.text).toBe('🙂'.repeat(26))
})
