/** What a person sees of an element: its pixels. */
import type { Locator } from '@playwright/test'

/** How much of an element's picture is not of its commonest colour, from 0 (blank) to 1. */
export async function inked(element: Locator): Promise<number> {
  const picture = (await element.screenshot()).toString('base64')
  return element.page().evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
    const context = canvas.getContext('2d')
    if (context === null) throw new Error('no canvas')
    context.drawImage(bitmap, 0, 0)
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height)
    const colours = new Map<number, number>()
    for (const pixel of new Uint32Array(data.buffer)) colours.set(pixel, (colours.get(pixel) ?? 0) + 1)
    return 1 - Math.max(...colours.values()) / (bitmap.width * bitmap.height)
  }, picture)
}
