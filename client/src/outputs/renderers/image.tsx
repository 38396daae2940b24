/** `image/*`: the value's plain text describes it. */
import { PLAIN_TEXT } from '@yesterday/server/contract/mime.ts'
import { fileEnding } from '@yesterday/server/contract/mime-rules.ts'
import { t } from '../../text/text.ts'
import { OutputMenu } from '../OutputMenu.tsx'
import type { PageForm } from '../page-renderers.ts'
import { imageUrl } from '../useObject.ts'

export function Renderer({ mime, value, data }: PageForm) {
  const plain = data[PLAIN_TEXT]
  const alt = typeof plain === 'string' && plain !== '' ? plain : t('outputs.image')
  const url = imageUrl(mime, value)
  return (
    <div className="output">
      <img className="output-image" src={url} alt={alt} />
      <OutputMenu url={url} name={`output.${fileEnding(mime)}`} mime={mime} />
    </div>
  )
}
