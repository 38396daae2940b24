// The frame's end of an output frame (see src/outputs/frame-host.ts). It draws what the page sends, each in place of
// what was there, and tells its height. It has an opaque origin: nothing of the page or the person can be reached from
// here. Whoever connects first, the page, is heard; nobody else.
;(() => {
  let port = null

  const applyTheme = (theme) => {
    document.documentElement.style.colorScheme = theme.scheme
    for (const [name, value] of Object.entries(theme.variables))
      document.documentElement.style.setProperty(name, value)
  }

  // Scripts set by innerHTML do not run; each is made anew, in order, waiting for those with an address.
  const runScripts = async (element) => {
    for (const old of element.querySelectorAll('script')) {
      const script = document.createElement('script')
      for (const { name, value } of old.attributes) script.setAttribute(name, value)
      script.async = false
      script.textContent = old.textContent
      const loaded =
        old.src === ''
          ? null
          : new Promise((done) => {
              script.onload = script.onerror = done
            })
      old.replaceWith(script)
      await loaded
    }
  }

  const loading = new Map()
  const load = (src) => {
    const known = loading.get(src)
    if (known !== undefined) return known
    const loaded = new Promise((done, fail) => {
      const script = document.createElement('script')
      script.src = src
      script.onload = done
      script.onerror = () => {
        // The next drawing tries again.
        loading.delete(src)
        fail(new Error(`${src} could not be loaded`))
      }
      document.head.append(script)
    })
    loading.set(src, loaded)
    return loaded
  }

  const draw = async (element, mime, value) => {
    if (mime.startsWith('application/vnd.plotly')) {
      await load('plotly.min.js')
      const figure = JSON.parse(value)
      await globalThis.Plotly.newPlot(element, figure.data, figure.layout, {
        responsive: true,
        ...figure.config,
      })
      if (figure.frames) await globalThis.Plotly.addFrames(element, figure.frames)
    } else if (mime.startsWith('application/vnd.vega')) {
      for (const library of ['vega.min.js', 'vega-lite.min.js', 'vega-embed.min.js']) await load(library)
      await globalThis.vegaEmbed(element, JSON.parse(value), { actions: false })
    } else if (mime.endsWith('javascript')) {
      new Function('element', value)(element)
    } else {
      element.innerHTML = value
      await runScripts(element)
    }
  }

  const fail = (element, error) => {
    const box = document.createElement('pre')
    box.className = 'failed'
    box.textContent = String(error)
    element.append(box)
  }

  // What comes while something is drawn waits, and only the last of it is drawn.
  let waiting = null
  let isDrawing = false
  let drawn = ''
  const drawLatest = async (element, tell) => {
    if (isDrawing) return
    isDrawing = true
    while (waiting !== null) {
      const { mime, value } = waiting
      waiting = null
      // The drawing libraries change what they drew themselves.
      if (drawn !== mime) element.replaceChildren()
      drawn = mime
      try {
        await draw(element, mime, value)
      } catch (error) {
        drawn = ''
        element.replaceChildren()
        fail(element, error)
      }
      tell()
    }
    isDrawing = false
  }

  addEventListener('message', (event) => {
    if (event.source !== parent || port !== null || event.data?.type !== 'connect') return
    port = event.ports[0]
    applyTheme(event.data.theme)
    const element = document.createElement('div')
    element.id = 'output'
    document.body.append(element)
    const tell = () =>
      port.postMessage({
        type: 'height',
        height: element.getBoundingClientRect().height + (document.body.scrollWidth > innerWidth ? 16 : 0),
      })
    new ResizeObserver(tell).observe(element)
    port.onmessage = ({ data }) => {
      if (data.type === 'theme') applyTheme(data.theme)
      if (data.type !== 'draw') return
      waiting = data
      void drawLatest(element, tell)
    }
  })

  addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null
    if (link === null || link.getAttribute('href').startsWith('#')) return
    event.preventDefault()
    port?.postMessage({ type: 'link', href: link.href })
  })
})()
