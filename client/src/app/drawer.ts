/** Whether the files are shown. On a wide page the choice is remembered; on a narrow one they are a drawer. */
import { useEffect, useState } from 'react'
import { remember, remembered } from '../state/remembered.ts'

const KEY = 'yesterday.files'
const NARROW = '(max-width: 760px)'

/** `picked` closes the drawer after a choice on a narrow page; on a wide one it does nothing. */
export function useDrawer(): {
  readonly shown: boolean
  readonly toggle: () => void
  readonly picked: () => void
} {
  const [shown, setShown] = useState(isShown)

  useEffect(() => {
    const onEscape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && matchMedia(NARROW).matches) setShown(false)
    }
    const narrow = matchMedia(NARROW)
    // A page that is turned or made narrow keeps what was read in view; made wide again, the choice holds.
    const onResize = (): void => setShown(isShown())
    window.addEventListener('keydown', onEscape)
    narrow.addEventListener('change', onResize)
    return () => {
      window.removeEventListener('keydown', onEscape)
      narrow.removeEventListener('change', onResize)
    }
  }, [])

  const toggle = (): void => {
    if (!matchMedia(NARROW).matches) remember(KEY, shown ? 'hidden' : 'shown')
    setShown(!shown)
  }
  const picked = (): void => {
    if (matchMedia(NARROW).matches) setShown(false)
  }
  return { shown, toggle, picked }
}

/** By the choice that is remembered; never at once on a narrow page. */
const isShown = (): boolean => !matchMedia(NARROW).matches && remembered(KEY) !== 'hidden'
