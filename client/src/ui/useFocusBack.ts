/** A panel gives the focus back to where it was before it opened, unless it is elsewhere by then. */
import { useLayoutEffect } from 'react'

export function useFocusBack(): void {
  useLayoutEffect(() => {
    const opener = document.activeElement
    return () => {
      requestAnimationFrame(() => {
        if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus()
      })
    }
  }, [])
}
