/** Says below an output how many secrets were masked in it. */
import { hiddenSecrets } from '@yesterday/server/contract/secrets.ts'
import { useMemo } from 'react'
import { t } from '../text/text.ts'
import { EyeOff } from '../ui/icons.ts'

export function HiddenSecrets({ text }: { readonly text: string }) {
  const count = useMemo(() => hiddenSecrets(text), [text])
  if (count === 0) return null
  return (
    <p className="output-note output-hidden" title={t('outputs.secretsHint')}>
      <EyeOff size={14} aria-hidden="true" />
      {t('outputs.secrets', { count })}
    </p>
  )
}
