/** An output of one side, without a notebook around it: a picture, a text, or the names of its forms. Nothing in it runs. */
import { isEmbeddableImage } from '@yesterday/server/contract/mime-rules.ts'
import { withoutAnsi } from '../outputs/ansi.ts'
import { type MimeBundle, type OutputJson, readOutput } from '../outputs/output.ts'
import { TextOutput } from '../outputs/TextOutput.tsx'
import { imageUrl, useText } from '../outputs/useObject.ts'
import { Waiting } from '../outputs/Waiting.tsx'
import { isText } from '../panels/past/receipt/output-forms.ts'
import { t } from '../text/text.ts'

export function SideOutput({ json }: { readonly json: OutputJson }) {
  const output = readOutput(json)
  if (output === null) return <p className="output output-note">{t('outputs.unknown')}</p>
  if (output.output_type === 'stream') return <OutputText value={output.text} />
  if (output.output_type === 'error')
    return (
      <p className="output-error-name">
        <strong>{output.ename}</strong>
        {output.evalue !== '' && <span>: {withoutAnsi(output.evalue)}</span>}
      </p>
    )
  return <Value data={output.data} />
}

function Value({ data }: { readonly data: MimeBundle }) {
  const mimes = Object.keys(data)
  const picture = mimes.find(isEmbeddableImage)
  if (picture !== undefined)
    return <img className="output-image" src={imageUrl(picture, data[picture])} alt={t('outputs.image')} />
  const text = mimes.find((mime) => mime === 'text/plain') ?? mimes.find(isText)
  if (text !== undefined) return <OutputText value={data[text]} />
  return <p className="output output-note">{mimes.join(', ')}</p>
}

function OutputText({ value }: { readonly value: unknown }) {
  const loaded = useText(value)
  return loaded.at === 'here' ? <TextOutput text={loaded.value} /> : <Waiting state={loaded} />
}
