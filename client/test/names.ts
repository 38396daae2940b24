/** What a person who hears the page would not know: controls without a name, and names or ids that do not fit. */

const CONTROLS =
  'button, a[href], input:not([type=hidden]), select, textarea, dialog, [role=menu], iframe, img'

/** The beginnings of the elements that have no name, or refer to an element that is not there. */
export function namesMissing(within: ParentNode): readonly string[] {
  const unnamed = [...within.querySelectorAll<HTMLElement>(CONTROLS)].filter(
    (one) => one.closest('[aria-hidden=true]') === null && nameOf(one) === '',
  )
  const loose = [...within.querySelectorAll('[aria-labelledby], [aria-controls], [aria-describedby]')].filter(
    (one) => references(one).some((id) => document.getElementById(id) === null),
  )
  return [...unnamed, ...loose].map((one) => one.outerHTML.slice(0, 160))
}

function nameOf(element: HTMLElement): string {
  const labels =
    'labels' in element && element.labels instanceof NodeList
      ? [...element.labels].map((label) => label.textContent)
      : []
  const labelled = (element.getAttribute('aria-labelledby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent ?? '')
  const own = [
    element.getAttribute('aria-label'),
    element.title,
    element.getAttribute('alt'),
    element.textContent,
  ]
  return [...labels, ...labelled, ...own].join('').trim()
}

const references = (element: Element): readonly string[] =>
  ['aria-labelledby', 'aria-describedby'].flatMap(
    (name) => element.getAttribute(name)?.split(' ').filter(Boolean) ?? [],
  )
