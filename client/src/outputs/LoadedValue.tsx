/** A value as text, once it is there, with what every output has: masked secrets counted, and a menu to keep it. */
import { fileEnding } from '@yesterday/server/contract/mime-rules.ts'
import { type ReactNode, Suspense } from 'react'
import { HiddenSecrets } from './HiddenSecrets.tsx'
import { OutputMenu } from './OutputMenu.tsx'
import { useText } from './useObject.ts'
import { Waiting } from './Waiting.tsx'

export function LoadedValue(props: {
  readonly mime: string
  readonly value: unknown
  readonly children: (text: string) => ReactNode
}) {
  const loaded = useText(props.value)
  if (loaded.at !== 'here') return <Waiting state={loaded} />
  return (
    <div className="output">
      <Suspense fallback={null}>{props.children(loaded.value)}</Suspense>
      <HiddenSecrets text={loaded.value} />
      <OutputMenu text={loaded.value} name={`output.${fileEnding(props.mime)}`} mime={props.mime} />
    </div>
  )
}
