/** Links of an output lead out of the frame: the page decides whether to open them. */

export function watchLinks(follow: (href: string) => void): void {
  addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null
    if (!(link instanceof HTMLAnchorElement) || link.getAttribute('href')?.startsWith('#') === true) return
    event.preventDefault()
    follow(link.href)
  })
}
