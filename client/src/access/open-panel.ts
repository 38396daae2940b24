/** Which panel of a notebook is open. */
import { Watched } from '../state/observable.ts'

/** The id of the open panel; null while none is. */
export class OpenPanel extends Watched<string | null> {
  constructor() {
    super(null)
  }

  readonly toggle = (id: string): void => this.set(this.get() === id ? null : id)
  readonly close = (): void => this.set(null)
}
