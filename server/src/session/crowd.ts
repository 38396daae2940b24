/** pure. Whether so much output waits that the kernel's next is to wait in the kernel. */

/** UTF-16 units of text that wait: from `HIGH` on there is a crowd, until at most `LOW` is left. */
const HIGH = 4 * 1024 * 1024
const LOW = 1024 * 1024

export class Crowd {
  readonly #onChange: (isCrowded: boolean) => void
  #waiting = 0
  #isCrowded = false

  constructor(onChange: (isCrowded: boolean) => void) {
    this.#onChange = onChange
  }

  add(size: number): void {
    this.#waiting += size
    this.#look()
  }

  remove(size: number): void {
    this.#waiting -= size
    this.#look()
  }

  #look(): void {
    const isCrowded = this.#waiting > (this.#isCrowded ? LOW : HIGH)
    if (isCrowded === this.#isCrowded) return
    this.#isCrowded = isCrowded
    this.#onChange(isCrowded)
  }
}
