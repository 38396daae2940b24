/** Keeps the cell of the followed person in sight, until this person does something. */
import { useEffect } from 'react'
import type { Presence } from '../presence/presence.ts'
import { scrollToCell } from './focus.ts'

const ownDoings = ['keydown', 'pointerdown', 'wheel', 'touchmove'] as const

export function useFollowing(presence: Presence): void {
  useEffect(() => {
    let shown: string | null = null
    const look = (): void => {
      const person = presence.following.get()
      const place = person === null ? null : presence.placeOf(person)
      if (place !== null && place !== shown)
        scrollToCell(place, (element) => element.scrollIntoView({ block: 'center', behavior: 'smooth' }))
      shown = place
    }
    const stop = (event: Event): void => {
      if (event.target instanceof Element && event.target.closest('.people') !== null) return
      presence.follow(null)
    }
    const leave = [presence.following.subscribe(look), presence.visitors.subscribe(look)]
    for (const name of ownDoings) addEventListener(name, stop, { capture: true, passive: true })
    return () => {
      for (const end of leave) end()
      for (const name of ownDoings) removeEventListener(name, stop, { capture: true })
    }
  }, [presence])
}
