/** What a person does in a state that was drawn. */

/** Clicks the first element that a selector finds. */
export const press =
  (selector: string) =>
  async (place: HTMLElement): Promise<void> => {
    place.querySelector<HTMLElement>(selector)?.click()
    await turn()
  }

/** Writes into a field, as React takes it. */
export const type =
  (selector: string, text: string) =>
  async (place: HTMLElement): Promise<void> => {
    const field = place.querySelector<HTMLInputElement>(selector)
    if (field === null) return
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, text)
    field.dispatchEvent(new Event('input', { bubbles: true }))
    await turn()
  }

/** Waits for an element. */
export const until =
  (selector: string) =>
  (place: HTMLElement): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (place.querySelector(selector) === null) return
        watcher.disconnect()
        resolve()
      }
      const watcher = new MutationObserver(look)
      watcher.observe(place, { childList: true, subtree: true })
      look()
    })

/** Some acts, one after the other. */
export const inTurn =
  (...acts: readonly ((place: HTMLElement) => Promise<void>)[]) =>
  async (place: HTMLElement): Promise<void> => {
    for (const one of acts) await one(place)
  }

/** What follows from an act is drawn. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
