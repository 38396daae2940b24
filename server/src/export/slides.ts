/**
 * pure. A notebook as slides in one HTML file, of the same invariant as `html-page.ts`: it holds no script. The browser
 * goes from slide to slide by scrolling (arrows, Page Down, Space, a finger), and prints one to a page.
 *
 * Cells are divided as Jupyter's `slideshow` metadata says
 * (https://nbconvert.readthedocs.io/en/latest/usage.html#reveal-js-html-slideshow); without any, at headings.
 */
import type { CellForm, NotebookForm } from '../document/cell-form.ts'
import { isJsonObject } from '../document/json-value.ts'
import { cellHtml, htmlDocument } from './html-page.ts'

type SlideType = 'slide' | 'subslide' | 'fragment' | 'skip' | 'notes' | '-'
const TYPES: ReadonlySet<string> = new Set<SlideType>(['slide', 'subslide', 'fragment', 'skip', 'notes', '-'])

const STYLE = `
html { scroll-snap-type: y proximity; scroll-padding: 0 }
body { max-width: none; margin: 0; padding: 0; font-size: clamp(16px, 1.6vw, 26px) }
.slide { display: flex; flex-direction: column; justify-content: center; min-height: 100vh; min-height: 100dvh;
  box-sizing: border-box; margin: 0 auto; padding: 4vh 6vw; max-width: 75em; scroll-snap-align: start }
.slide + .slide { border-top: 1px solid var(--shade) }
.slide > section { margin: .5em 0 }
h1 { font-size: 2.2em; line-height: 1.2 } h2 { font-size: 1.6em } pre, code { font-size: .85em }
.slide img { max-height: 70vh; object-fit: contain }
.count { display: none }
@media print { .slide { break-after: page; min-height: 0; border: 0 } .slide img { max-height: 16cm } }
`

export function slidesPage(title: string, form: NotebookForm): string {
  const slides = slidesOf(form.cells).map(
    (cells) => `<div class="slide">\n${cells.map(cellHtml).join('\n')}\n</div>`,
  )
  return htmlDocument(title, slides.join('\n'), STYLE)
}

/** The cells of each slide. What is skipped, a note for the speaker, or empty is on none. */
export function slidesOf(cells: readonly CellForm[]): readonly (readonly CellForm[])[] {
  const isDivided = cells.some((cell) => slideType(cell) !== null)
  const slides: CellForm[][] = []
  for (const cell of cells) {
    const type = slideType(cell)
    if (type === 'skip' || type === 'notes' || isEmpty(cell)) continue
    const begins = isDivided ? type === 'slide' || type === 'subslide' : isHeading(cell)
    const last = slides.at(-1)
    if (begins || last === undefined) slides.push([cell])
    else last.push(cell)
  }
  return slides
}

function slideType({ metadata }: CellForm): SlideType | null {
  const { slideshow } = metadata
  const type = isJsonObject(slideshow) ? slideshow.slide_type : undefined
  return typeof type === 'string' && isType(type) ? type : null
}

const isType = (text: string): text is SlideType => TYPES.has(text)

const isHeading = ({ type, source }: CellForm): boolean =>
  type === 'markdown' && /^#{1,2}\s/.test(source.trimStart())

const isEmpty = ({ source, outputs }: CellForm): boolean =>
  source.trim() === '' && (outputs ?? []).length === 0
