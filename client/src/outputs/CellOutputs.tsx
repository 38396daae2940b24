/** The outputs of a cell, each drawn by what its best form asks for. Outputs keep their place, so frames never move. */
import './outputs.css'
import { type StreamHead, streamHead } from '@yesterday/server/contract/document.ts'
import { chooseForm, type Form } from '@yesterday/server/contract/mime-rules.ts'
import { memo, type ReactNode, useMemo } from 'react'
import { t } from '../text/text.ts'
import { withoutAnsi } from './ansi.ts'
import { ErrorOutput } from './ErrorOutput.tsx'
import { FrameOutput } from './FrameOutput.tsx'
import { HiddenSecrets } from './HiddenSecrets.tsx'
import { LoadedValue } from './LoadedValue.tsx'
import { LongStream } from './LongStream.tsx'
import { OutputBoundary } from './OutputBoundary.tsx'
import { OutputLink, OutputMenu } from './OutputMenu.tsx'
import { type MimeBundle, type OutputJson, readOutput, resultCount } from './output.ts'
import { PAGE_RENDERERS } from './page-renderers.ts'
import { saveOutput } from './save-output.ts'
import { TableOutput, TextTable } from './TableOutput.tsx'
import { TextOutput } from './TextOutput.tsx'
import { useText } from './useObject.ts'
import { Waiting } from './Waiting.tsx'
import { wholeStream } from './whole-stream.ts'
import { WidgetOutput } from './widgets/WidgetOutput.tsx'

/** `running`: more may come. */
export function CellOutputs(props: {
  readonly outputs: readonly OutputJson[]
  readonly cellId: string
  readonly running: boolean
  /** What leads from an output elsewhere, by its place in the cell. */
  readonly verbs?: (index: number) => ReactNode
  /** Copies a link to an output; without it, its menu has none. */
  readonly onLink?: (index: number) => void
}) {
  const { outputs, running, ...place } = props
  if (outputs.length === 0) return null
  return (
    <section className="outputs" aria-label={t('outputs.label')} aria-busy={running}>
      {outputs.map((output, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an output is known by its place in the cell
        <OutputPlace key={`${props.cellId}:${index}`} {...place} output={output} index={index} />
      ))}
    </section>
  )
}

interface PlaceProps {
  readonly output: OutputJson
  readonly cellId: string
  readonly index: number
  readonly verbs?: (index: number) => ReactNode
  readonly onLink?: (index: number) => void
}

const OutputPlace = memo(function OutputPlace({ output, cellId, index, verbs, onLink }: PlaceProps) {
  const copyLink = useMemo(() => (onLink === undefined ? null : () => onLink(index)), [onLink, index])
  return (
    <div className="output-place">
      <OutputLink value={copyLink}>
        <OutputBoundary output={output}>
          <Output output={output} cellId={cellId} />
        </OutputBoundary>
      </OutputLink>
      {verbs?.(index)}
    </div>
  )
})

function Output(props: { readonly output: OutputJson; readonly cellId: string }) {
  const output = readOutput(props.output)
  if (output === null) return <p className="output output-note">{t('outputs.unknown')}</p>
  if (output.output_type === 'stream') return <Stream {...output} head={streamHead(output.yesterday)} />
  if (output.output_type === 'error') return <ErrorOutput {...output} cell={props.cellId} />
  return <Value {...output} of={props.output} cellId={props.cellId} />
}

interface StreamProps {
  readonly name: string
  readonly text: unknown
  /** What of it is not in the document; null where all of it is. */
  readonly head: StreamHead | null
}

function Stream({ name, text, head }: StreamProps) {
  const loaded = useText(text)
  if (loaded.at !== 'here') return <Waiting state={loaded} />
  const file = { text: withoutAnsi(loaded.value), name: 'output.txt', mime: 'text/plain' }
  const whole = head === null ? null : { ...file, whole: () => wholeStream(head, loaded.value) }
  return (
    <div className={`output output-${name === 'stderr' ? 'stderr' : 'stdout'}`}>
      {head !== null && <LongStream head={head} onSave={() => void saveOutput(whole ?? file)} />}
      <TextOutput text={loaded.value} {...(name === 'stderr' ? { label: t('outputs.stderr') } : {})} />
      <HiddenSecrets text={loaded.value} />
      <OutputMenu {...(whole ?? file)} />
    </div>
  )
}

interface ValueProps {
  readonly data: MimeBundle
  readonly metadata: MimeBundle
  /** The output as it is in the document: a changed output is a new object. */
  readonly of: OutputJson
  readonly cellId: string
}

function Value(props: ValueProps) {
  const form = chooseForm(props.data)
  if (form === null) return <p className="output output-note">{t('outputs.unknown')}</p>
  if (form.drawer === 'frame') return <Framed {...props} {...form} />
  if (form.drawer !== 'widget') {
    const page = <PageOutput {...form} data={props.data} />
    if (form.mime !== 'text/plain' || typeof form.value !== 'string') return page
    return <TextTable text={form.value} cell={props.cellId} count={resultCount(props.of)} frame={page} />
  }
  const { [form.mime]: _, ...others } = props.data
  return (
    <WidgetOutput value={form.value} frame={<Framed {...props} {...form} widgetsOf={props.cellId} />}>
      <Value {...props} data={others} />
    </WidgetOutput>
  )
}

/** What the page draws itself: text, pictures and JSON. */
function PageOutput(props: Form & { readonly data: MimeBundle }) {
  const Renderer = PAGE_RENDERERS.get(props.drawer)
  if (Renderer === undefined) return <p className="output output-note">{t('outputs.unknown')}</p>
  return <Renderer mime={props.mime} value={props.value} data={props.data} />
}

type FramedProps = Omit<ValueProps, 'data'> &
  Pick<Form, 'mime' | 'value'> & {
    readonly widgetsOf?: string
  }

/** What the sandbox draws. */
function Framed({ mime, value, metadata, of, cellId, widgetsOf }: FramedProps) {
  return (
    <LoadedValue mime={mime} value={value}>
      {(text) => {
        const frame = (
          <FrameOutput
            mime={mime}
            value={text}
            metadata={metadata}
            of={of}
            {...(widgetsOf === undefined ? {} : { widgetsOf })}
          />
        )
        if (mime !== 'text/html') return frame
        return <TableOutput html={text} cell={cellId} count={resultCount(of)} frame={frame} />
      }}
    </LoadedValue>
  )
}
