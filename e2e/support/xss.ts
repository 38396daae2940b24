/**
 * Ways in which text becomes script, and outputs that carry them. Invariant: each sets `hit` of the topmost window, and
 * reaches for the API: neither succeeds from a frame of a foreign origin.
 */
const ACT = 'top.hit=1'
const CALL = "try{top.hit=1}catch(e){};fetch('/api/files?xss=1',{credentials:'include'})"

export const PAYLOADS: readonly string[] = [
  `<script>${CALL}</script>`,
  `<SCRIPT>${ACT}</SCRIPT >`,
  `<scr<script>ipt>${ACT}</scr</script>ipt>`,
  `<script/src="data:,${ACT}"></script>`,
  `<script type=module>${ACT}</script>`,
  `"><script>${ACT}</script>`,
  `'><script>${ACT}</script>`,
  `</textarea><script>${ACT}</script>`,
  `</title><script>${ACT}</script>`,
  `</style><script>${ACT}</script>`,
  `--><script>${ACT}</script>`,
  `<img src=x onerror=${ACT}>`,
  `<img src=x onerror="${CALL}">`,
  `<img/src=x/onerror=${ACT}//`,
  `<img src="x\` \`<script>${ACT}</script>"\` \`>`,
  `<img srcset="x 1x" onerror=${ACT}>`,
  `<image src=x onerror=${ACT}>`,
  `<svg onload=${ACT}>`,
  `<svg/onload=${ACT}><p>`,
  `<svg><script>${ACT}</script></svg>`,
  `<svg><script href="data:,${ACT}"/></svg>`,
  `<svg><animate onbegin=${ACT} attributeName=x dur=1s>`,
  `<svg><a xlink:href="javascript:${ACT}"><text y=20>x</text></a></svg>`,
  `<svg><set attributeName=href to="javascript:${ACT}"/></svg>`,
  `<svg><foreignObject><iframe src="javascript:${ACT}"></iframe></foreignObject></svg>`,
  `<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'><script>${ACT}</script></svg>#x"/></svg>`,
  `<math><mtext><table><mglyph><style><!--</style><img src=x onerror=${ACT}>`,
  `<math href="javascript:${ACT}">x</math>`,
  `<math><mi xlink:href="javascript:${ACT}">x</mi></math>`,
  `<noscript><p title="</noscript><img src=x onerror=${ACT}>">`,
  `<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=${ACT}>`,
  `<svg></p><style><a id="</style><img src=x onerror=${ACT}>">`,
  `<iframe src="javascript:${ACT}"></iframe>`,
  `<iframe srcdoc="<script>${ACT}</script>"></iframe>`,
  `<iframe srcdoc="&lt;img src=x onerror=${ACT}&gt;"></iframe>`,
  `<object data="javascript:${ACT}"></object>`,
  `<object data="data:text/html,<script>${ACT}</script>"></object>`,
  `<embed src="javascript:${ACT}">`,
  `<embed src="data:text/html,<script>${ACT}</script>">`,
  `<body onload=${ACT}>`,
  `<body onpageshow=${ACT}>`,
  `<input autofocus onfocus=${ACT}>`,
  `<select autofocus onfocus=${ACT}></select>`,
  `<details open ontoggle=${ACT}>x</details>`,
  `<video><source onerror=${ACT}></video>`,
  `<audio src=x onerror=${ACT}></audio>`,
  `<marquee onstart=${ACT}>x</marquee>`,
  `<style>@keyframes k{}</style><p style="animation-name:k;animation-duration:1ms" onanimationstart=${ACT}>x</p>`,
  `<link rel=stylesheet href="data:text/css,*{}" onload=${ACT}>`,
  `<meta http-equiv=refresh content="0;url=javascript:${ACT}">`,
  `<base href="javascript:/a/-${ACT}//"><a href=#>x</a>`,
  `<a href="javascript:${ACT}">x</a>`,
  `<a href="jav&#x09;ascript:${ACT}">x</a>`,
  `<a href="&#1;javascript:${ACT}" target=_top>x</a>`,
  `<a href="data:text/html,<script>${ACT}</script>" target=_top>x</a>`,
  `<form action="javascript:${ACT}"><button autofocus onfocus=${ACT}>x</button></form>`,
  `<button formaction="javascript:${ACT}" form=f>x</button><form id=f></form>`,
  `<template><script>${ACT}</script></template><dialog open onclose=${ACT}>x</dialog>`,
  `<xss contenteditable autofocus tabindex=1 onfocus=${ACT}>x</xss>`,
  `[x](javascript:${ACT}) ![x](x"onerror="${ACT}) <javascript:${ACT}>`,
  `[x]( JaVaScRiPt:${ACT} "t") [y]: data:text/html,<script>${ACT}</script>`,
  `$\\href{javascript:${ACT}}{x}$ $\\htmlData{x=y}{z}$ $$\\includegraphics{javascript:${ACT}}$$`,
  `<a id=hit name=hit></a><form id=cookie><input name=body></form><img name=getElementById>`,
  `\u001b]8;;javascript:${ACT}\u0007x\u001b]8;;\u0007 \u001b[31m<img src=x onerror=${ACT}>`,
]

export const TYPES: readonly string[] = [
  'text/html',
  'text/markdown',
  'text/latex',
  'text/plain',
  'text/csv',
  'text/javascript',
  'application/javascript',
  'image/svg+xml',
  'image/png',
  'application/json',
  'application/geo+json',
  'application/pdf',
  'application/vnd.plotly.v1+json',
  'application/vnd.vegalite.v5+json',
  'application/vnd.bokehjs_load.v0+json',
  'application/vnd.jupyter.widget-view+json',
  'application/vnd.dataresource+json',
  'text/x-unknown',
]

const JSON_TYPE = /json$/
const TOGETHER = 16

/** All payloads under one type: some in each output, each in an element of its own where the type is HTML. */
export function outputsOf(type: string): object[] {
  const outputs: object[] = []
  for (let at = 0; at < PAYLOADS.length; at += TOGETHER) {
    const group = PAYLOADS.slice(at, at + TOGETHER)
    const value = JSON_TYPE.test(type) ? jsonOf(group) : group.map((one) => `${one}\n\n`).join('')
    outputs.push({ output_type: 'display_data', data: { [type]: value }, metadata: {} })
  }
  return outputs
}

/** Texts where charts, tables and maps show some. */
function jsonOf(texts: readonly string[]): object {
  const [title = ''] = texts
  return {
    data: [{ type: 'bar', x: texts, y: texts.map((_, n) => n), name: title, text: texts }],
    layout: { title: { text: texts.join(' ') }, annotations: texts.map((text) => ({ text, x: 0, y: 0 })) },
    schema: { fields: texts.map((name) => ({ name, type: 'string' })) },
    mark: 'bar',
    title: texts,
    encoding: { x: { field: title } },
    model_id: title,
  }
}

/** What texts outside of outputs show: a stream and a traceback. */
export const textOutputs = (): object[] => [
  { output_type: 'stream', name: 'stdout', text: PAYLOADS.join('\n') },
  { output_type: 'stream', name: 'stderr', text: PAYLOADS.join('\n') },
  { output_type: 'error', ename: PAYLOADS[0], evalue: PAYLOADS[11], traceback: [...PAYLOADS] },
]
