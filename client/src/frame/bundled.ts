/**
 * Libraries that outputs load from well-known addresses and that come with the frame: Altair's and Plotly's HTML name
 * them. A script with such an address is loaded from here, so it works without a network and before any consent.
 */

import { FOLDER } from './folder.ts'

const BUNDLED: readonly (readonly [RegExp, string])[] = [
  [/\/vega@[\d.]+(?:\/build\/vega(?:\.min)?\.js)?$/, 'vega.min.js'],
  [/\/vega-lite@[\d.]+(?:\/build\/vega-lite(?:\.min)?\.js)?$/, 'vega-lite.min.js'],
  [/\/vega-embed@[\d.]+(?:\/build\/vega-embed(?:\.min)?\.js)?$/, 'vega-embed.min.js'],
  [/\/bokeh-3\.\d+\.\d+(?:\.min)?\.js$/, 'bokeh.min.js'],
  [/\/bokeh-gl-3\.\d+\.\d+(?:\.min)?\.js$/, 'bokeh-gl.min.js'],
  [/\/bokeh-widgets-3\.\d+\.\d+(?:\.min)?\.js$/, 'bokeh-widgets.min.js'],
  [/\/bokeh-tables-3\.\d+\.\d+(?:\.min)?\.js$/, 'bokeh-tables.min.js'],
  [/\/plotly-(?:latest|\d+\.\d+\.\d+)(?:\.min)?\.js$/, 'plotly.min.js'],
]
const HOSTS: ReadonlySet<string> = new Set(['cdn.jsdelivr.net', 'unpkg.com', 'cdn.plot.ly', 'cdn.bokeh.org'])

/** pure. Where a script with this address is to be loaded from. */
export function bundledAddress(address: string): string {
  const url = URL.parse(address)
  if (url === null || !HOSTS.has(url.host)) return address
  const found = BUNDLED.find(([pattern]) => pattern.test(url.pathname))
  return found === undefined ? address : `${FOLDER}${found[1]}`
}

/** From now on scripts of this frame take what is bundled, however their address is set. */
export function redirectBundled(): void {
  const prototype = HTMLScriptElement.prototype
  const own = Object.getOwnPropertyDescriptor(prototype, 'src')
  const setAttribute = Element.prototype.setAttribute
  Object.defineProperty(prototype, 'src', {
    ...own,
    set(this: HTMLScriptElement, address: string) {
      own?.set?.call(this, bundledAddress(String(address)))
    },
  })
  prototype.setAttribute = function (this: HTMLScriptElement, name: string, value: string): void {
    setAttribute.call(this, name, name.toLowerCase() === 'src' ? bundledAddress(String(value)) : value)
  }
}
