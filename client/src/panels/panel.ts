/** What a panel is: a view beside the cells. One is open at a time (docs/extending/panel.md). */
import type { ComponentType } from 'react'
import type { PlainKey } from '../text/text.ts'
import type { X } from '../ui/icons.ts'

export interface Panel {
  readonly id: string
  readonly title: PlainKey
  readonly icon: typeof X
  /** What its button shows in place of the title, while there is something to show. */
  readonly Glance?: ComponentType
  /** What it shows: a lazy part (ui/lazy-part.tsx) with a `PanelHead`. */
  readonly Content: ComponentType
  /** The command that opens and closes it: its words in the palette, and its keys on the cells. */
  readonly command: { readonly label: PlainKey; readonly keys?: readonly string[] }
}
