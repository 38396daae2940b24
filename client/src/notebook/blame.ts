/** Whether each cell says who edited it last, not the active one alone. The browser remembers it. */

import { Watched } from '../state/observable.ts'
import { remember, remembered } from '../state/remembered.ts'

const KEY = 'yesterday.blame'

export const blame = new Watched(remembered(KEY) === 'on')

export function toggleBlame(): void {
  const isOn = !blame.get()
  blame.set(isOn)
  remember(KEY, isOn ? 'on' : 'off')
}
