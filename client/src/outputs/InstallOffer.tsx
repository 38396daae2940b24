/** After “No module named …”: the way to install what is missing, with the exact command before it runs. */
import { KernelEnvironment } from '@yesterday/server/contract/environment.ts'
import { useContext, useState } from 'react'
import { type NotebookAccess, NotebookContext } from '../access/context.ts'
import { api } from '../api/api.ts'
import { t } from '../text/text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { notify } from '../ui/notices.ts'
import { type Distribution, missingDistribution, packageCommand } from './distributions.ts'

/** Nothing for other errors, and for a person who may not run code. */
export function InstallOffer(props: {
  readonly ename: string
  readonly evalue: string
  readonly cell: string
}) {
  const notebook = useContext(NotebookContext)
  const [command, setCommand] = useState<string | null>(null)
  const missing = missingDistribution(props.ename, props.evalue)
  if (missing === null || notebook === null || !notebook.opened.mayRun || !notebook.opened.writable)
    return null
  return (
    <p className="output-places">
      <button
        type="button"
        className="button button-small"
        aria-haspopup="dialog"
        onClick={() => void commandFor(notebook, missing).then(setCommand)}
      >
        {t('install.offer', { name: missing.name })}
      </button>
      {command !== null && (
        <Dialog
          title={t('install.title', { name: missing.name })}
          action={t('packages.install')}
          onClose={() => setCommand(null)}
          onAction={() => {
            setCommand(null)
            notebook.commands.runAbove(props.cell, command)
          }}
        >
          <pre>{command}</pre>
          <p>{t('install.hint')}</p>
          {!missing.isKnown && <p>{t('install.guessed', { name: missing.name })}</p>}
        </Dialog>
      )}
    </p>
  )
}

/** Null after it has said why there is none. */
async function commandFor({ opened }: NotebookAccess, { name }: Distribution): Promise<string | null> {
  const url = `/api/notebooks/${encodeURIComponent(opened.documentId)}/environment`
  const answer = await api.get(KernelEnvironment, url)
  if (answer.ok && answer.value.installer !== null)
    return packageCommand(answer.value.installer, 'install', [name])
  if (answer.ok) notify('warning', t('packages.noInstaller'))
  else notify('error', answer.problem.message, answer.problem.hint)
  return null
}
