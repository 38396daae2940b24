/** Styles may set our own CSS variables. */
import 'react'

declare module 'react' {
  interface CSSProperties {
    readonly '--depth'?: number
    readonly '--main-part'?: string
    readonly '--beside-part'?: string
  }
}
