/** How a run failed: the error first, then its traceback. */
import { t } from '../text/text.ts'
import { withoutAnsi } from './ansi.ts'
import { CellLinks } from './CellLinks.tsx'
import { HiddenSecrets } from './HiddenSecrets.tsx'
import { InstallOffer } from './InstallOffer.tsx'
import { OutputMenu } from './OutputMenu.tsx'
import { TextOutput } from './TextOutput.tsx'
import { useText } from './useObject.ts'
import { Waiting } from './Waiting.tsx'

/** `traceback` is a list of lines, or a reference to them. */
export function ErrorOutput(props: {
  readonly ename: string
  readonly evalue: string
  readonly traceback: unknown
  readonly cell: string
}) {
  const { ename, evalue, traceback, cell } = props
  const loaded = useText(Array.isArray(traceback) ? traceback.join('\n') : traceback)
  return (
    <div className="output output-error">
      <p className="output-error-name">
        <strong>{ename}</strong>
        {evalue !== '' && <span>: {withoutAnsi(evalue)}</span>}
      </p>
      <InstallOffer ename={ename} evalue={withoutAnsi(evalue)} cell={cell} />
      {loaded.at === 'here' && <CellLinks traceback={withoutAnsi(loaded.value)} />}
      {loaded.at === 'here' ? (
        <TextOutput text={loaded.value} label={t('outputs.traceback')} />
      ) : (
        <Waiting state={loaded} />
      )}
      {loaded.at === 'here' && <HiddenSecrets text={`${evalue}\n${loaded.value}`} />}
      {loaded.at === 'here' && (
        <OutputMenu text={withoutAnsi(loaded.value)} name="traceback.txt" mime="text/plain" />
      )}
    </div>
  )
}
