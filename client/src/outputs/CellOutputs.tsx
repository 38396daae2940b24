/** The outputs of a cell, each drawn by what its best form asks for. Outputs keep their place, so frames never move. */
import './outputs.css'
import { lazy, Suspense } from 'react'
import { WhyButton } from '../past/Why.tsx'
import { t } from '../text/text.ts'
import { withoutAnsi } from './ansi.ts'
import { ErrorOutput } from './ErrorOutput.tsx'
import { FrameOutput } from './FrameOutput.tsx'
import { JsonTree } from './JsonTree.tsx'
import { chooseForm } from './mime.ts'
import { OutputMenu } from './OutputMenu.tsx'
import { type MimeBundle, type OutputJson, readOutput } from './output.ts'
import { TextOutput } from './TextOutput.tsx'
import { imageUrl, useText } from './useObject.ts'
import { Waiting } from './Waiting.tsx'

const Markdown = lazy(async () => ({ default: (await import('../markdown/Markdown.tsx')).Markdown }))

/** `running` tells that more may come. */
export function CellOutputs(props: {
  readonly outputs: readonly OutputJson[]
  readonly cellId: string
  readonly running: boolean
}) {
  if (props.outputs.length === 0) return null
  return (
    <section className="outputs" aria-label={t('outputs.label')} aria-busy={props.running}>
      {props.outputs.map((output, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an output is known by its place in the cell
        <div className="output-place" key={`${props.cellId}:${index}`}>
          <Output output={output} />
          <WhyButton cell={props.cellId} />
        </div>
      ))}
    </section>
  )
}

function Output(props: { readonly output: OutputJson }) {
  const output = readOutput(props.output)
  if (output === null) return <p className="output output-note">{t('outputs.unknown')}</p>
  if (output.output_type === 'stream') return <Stream name={output.name} text={output.text} />
  if (output.output_type === 'error') return <ErrorOutput {...output} />
  return <Value data={output.data} of={props.output} />
}

function Stream({ name, text }: { readonly name: string; readonly text: unknown }) {
  const loaded = useText(text)
  if (loaded.at !== 'here') return <Waiting state={loaded} />
  return (
    <div className={`output output-${name === 'stderr' ? 'stderr' : 'stdout'}`}>
      <TextOutput text={loaded.value} {...(name === 'stderr' ? { label: t('outputs.stderr') } : {})} />
      <OutputMenu text={withoutAnsi(loaded.value)} name="output.txt" mime="text/plain" />
    </div>
  )
}

/** `of` is the output as it stands in the document: another object when it is another one. */
function Value(props: { readonly data: MimeBundle; readonly of: object }) {
  const { data } = props
  const form = chooseForm(data)
  if (form === null) return <p className="output output-note">{t('outputs.unknown')}</p>
  const value = data[form.mime]
  if (form.drawer === 'image' || form.drawer === 'svg')
    return <Picture mime={form.mime} value={value} data={data} />
  return <Loaded mime={form.mime} drawer={form.drawer} value={value} of={props.of} />
}

function Picture(props: { readonly mime: string; readonly value: unknown; readonly data: MimeBundle }) {
  const plain = props.data['text/plain']
  const alt = typeof plain === 'string' && plain !== '' ? plain : t('outputs.image')
  const url = imageUrl(props.mime, props.value)
  return (
    <div className="output">
      <img className="output-image" src={url} alt={alt} />
      <OutputMenu url={url} name={`output.${props.mime.split('/')[1]?.split('+')[0]}`} mime={props.mime} />
    </div>
  )
}

type TextDrawer = Exclude<NonNullable<ReturnType<typeof chooseForm>>['drawer'], 'image' | 'svg'>

function Loaded(props: {
  readonly mime: string
  readonly drawer: TextDrawer
  readonly value: unknown
  readonly of: object
}) {
  const loaded = useText(props.value)
  if (loaded.at !== 'here') return <Waiting state={loaded} />
  return (
    <div className="output">
      <Suspense fallback={null}>
        <Drawing {...props} text={loaded.value} />
      </Suspense>
      <OutputMenu text={loaded.value} name={`output.${ending(props.mime)}`} mime={props.mime} />
    </div>
  )
}

const ending = (mime: string): string =>
  mime.endsWith('json') ? 'json' : mime === 'text/html' ? 'html' : mime === 'text/markdown' ? 'md' : 'txt'

function Drawing(props: {
  readonly mime: string
  readonly drawer: TextDrawer
  readonly text: string
  readonly of: object
}) {
  switch (props.drawer) {
    case 'frame':
      return <FrameOutput mime={props.mime} value={props.text} of={props.of} />
    case 'markdown':
    case 'latex':
      return <Markdown source={props.text} />
    case 'json':
      return <JsonTree text={props.text} />
    case 'text':
      return <TextOutput text={props.text} />
  }
}
