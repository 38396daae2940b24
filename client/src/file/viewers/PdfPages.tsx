/** The pages of a PDF, each drawn when it comes into sight, with its text above it so that it can be read and copied. */
import { useEffect, useRef, useState } from 'react'
import { t } from '../../text/text.ts'
import type { ViewerProps } from '../viewer.ts'
import { openPdf, type PDFDocumentProxy, TextLayer } from './pdf-document.ts'

/** Pages that are listed at most. */
const MOST_PAGES = 2_000

export function PdfPages({ entry, bytes, onUnreadable }: ViewerProps) {
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null)
  const [shape, setShape] = useState({ width: 612, height: 792 })
  useEffect(() => {
    let close = (): void => undefined
    let isOld = false
    const open = async (): Promise<void> => {
      const opening = openPdf(new Uint8Array(await bytes.arrayBuffer()))
      close = opening.close
      const opened = await opening.document
      const { width, height } = (await opened.getPage(1)).getViewport({ scale: 1 })
      if (isOld) return
      setShape({ width, height })
      setPdf(opened)
    }
    open().catch((why: unknown) => {
      if (!isOld)
        onUnreadable(t('file.unreadable', { why: why instanceof Error ? why.message : String(why) }))
    })
    return () => {
      isOld = true
      close()
    }
  }, [bytes, onUnreadable])
  if (pdf === null) return <p className="notebook-wait">{t('app.loading')}</p>
  const count = Math.min(pdf.numPages, MOST_PAGES)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the pages are scrolled by keys
    <section className="pdf" aria-label={entry.name} tabIndex={0}>
      {[...Array(count).keys()].map((place) => (
        <PdfPage key={place} pdf={pdf} number={place + 1} shape={shape} />
      ))}
    </section>
  )
}

function PdfPage(props: {
  readonly pdf: PDFDocumentProxy
  readonly number: number
  readonly shape: { readonly width: number; readonly height: number }
}) {
  const { pdf, number, shape } = props
  const host = useRef<HTMLElement>(null)
  useEffect(() => {
    const element = host.current
    if (element === null) return
    let stop = (): void => undefined
    const watcher = new IntersectionObserver(
      (entries) => {
        if (!entries.some((each) => each.isIntersecting)) return
        watcher.disconnect()
        stop = drawPage(pdf, number, element)
      },
      { rootMargin: '600px' },
    )
    watcher.observe(element)
    return () => {
      watcher.disconnect()
      stop()
    }
  }, [pdf, number])
  return (
    <article
      ref={host}
      className="pdf-page"
      aria-label={t('file.pdfPage', { number, count: pdf.numPages })}
      style={{ aspectRatio: `${shape.width} / ${shape.height}`, maxWidth: `${shape.width * 1.5}px` }}
    >
      <canvas />
      <div className="textLayer" />
    </article>
  )
}

/** Draws a page over the width of its place; returns the way to stop. */
function drawPage(pdf: PDFDocumentProxy, number: number, place: HTMLElement): () => void {
  let cancel = (): void => undefined
  let fit: ResizeObserver | null = null
  let isOld = false
  const draw = async (): Promise<void> => {
    const page = await pdf.getPage(number)
    const canvas = place.querySelector('canvas')
    const layer = place.querySelector<HTMLElement>('.textLayer')
    if (isOld || canvas === null || layer === null) return
    const natural = page.getViewport({ scale: 1 })
    place.style.aspectRatio = `${natural.width} / ${natural.height}`
    const scale = place.clientWidth / natural.width
    const sharp = page.getViewport({ scale: scale * devicePixelRatio })
    canvas.width = sharp.width
    canvas.height = sharp.height
    const task = page.render({ canvas, viewport: sharp })
    cancel = () => task.cancel()
    await task.promise
    fit = new ResizeObserver(() =>
      layer.style.setProperty('--total-scale-factor', String(place.clientWidth / natural.width)),
    )
    fit.observe(place)
    const viewport = page.getViewport({ scale })
    await new TextLayer({ textContentSource: page.streamTextContent(), container: layer, viewport }).render()
  }
  // A page that cannot be drawn stays empty; the file can be downloaded.
  draw().catch(() => place.setAttribute('data-failed', ''))
  return () => {
    isOld = true
    cancel()
    fit?.disconnect()
  }
}
