/** What the page does when it is the second side: it reports where it is, and follows the outer page. */
import { useEffect } from 'react'
import { whenLeft } from '../../navigation/leaving.ts'
import { navigate, type Route, routeUrl } from '../../navigation/route.ts'
import { hearFrom, isPane, onAskedToClose, type Said, say } from '../../navigation/side.ts'
import { routeOf } from '../../navigation/tabs.ts'

const outer = (): Window => window.parent
const close = (): void => whenLeft(() => say(outer(), { says: 'closed' }))

function hear(said: Said): void {
  if (said.says === 'askClose') close()
  else if (said.says === 'go') navigate(routeOf(said.url))
}

export function usePane(route: Route): void {
  const url = routeUrl(route)
  useEffect(() => {
    if (isPane) say(outer(), { says: 'at', url })
  }, [url])
  useEffect(() => {
    if (!isPane) return
    const stops = [hearFrom(outer, hear), onAskedToClose(close)]
    return () => {
      for (const stop of stops) stop()
    }
  }, [])
}
