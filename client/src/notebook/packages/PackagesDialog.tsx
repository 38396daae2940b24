/**
 * The packages of the kernel's environment. What installs, upgrades or removes one is a cell with the exact command: it
 * runs, shows its output as it comes, and is recorded like any run.
 */
import './packages.css'
import { KernelEnvironment } from '@yesterday/server/contract/environment.ts'
import { useEffect, useState } from 'react'
import { api, type Problem } from '../../api/api.ts'
import { type PackageVerb, packageCommand, requirementsOf } from '../../outputs/distributions.ts'
import { useWatched } from '../../state/use-watched.ts'
import { t } from '../../text/text.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { ProblemBox } from '../../ui/Problem.tsx'
import { isWritable, mayRun } from '../command.ts'
import type { Notebook } from '../notebook.ts'
import { hidePackages, packagesOpen } from './packages-open.ts'
import { runInNewCell } from './run-in-new-cell.ts'
import { SinceGood } from './SinceGood.tsx'

/** Mounted always; shown while it is asked for. */
export function PackagesDialog({ notebook }: { readonly notebook: Notebook }) {
  const isOpen = useWatched(packagesOpen, (open) => open)
  return isOpen ? <OpenPackages notebook={notebook} /> : null
}

function OpenPackages({ notebook }: { readonly notebook: Notebook }) {
  const { environment, problem, again } = useEnvironment(notebook.opened.documentId)
  const [words, setWords] = useState('')
  const mayChange = mayRun(notebook) && isWritable(notebook)
  const change = (verb: PackageVerb, names: readonly string[]): void => {
    if (environment?.installer == null) return
    runCommand(packageCommand(environment.installer, verb, names))
  }
  const runCommand = (command: string): void => {
    hidePackages()
    runInNewCell(notebook, command, null)
  }
  const shown = environment?.packages.filter(({ name }) => name.toLowerCase().includes(words.toLowerCase()))
  return (
    <Dialog title={t('packages.title')} wide onClose={hidePackages}>
      <div className="packages">
        {problem !== null && <ProblemBox problem={problem} onRetry={again} />}
        {environment === null && problem === null && <p role="status">{t('app.loading')}</p>}
        {environment !== null && (
          <p className="packages-note">
            {t('packages.of', { version: environment.version, python: environment.python })}
          </p>
        )}
        {environment !== null && (
          <SinceGood
            document={notebook.opened.documentId}
            installer={environment.installer}
            onInstall={mayChange ? runCommand : null}
          />
        )}
        {environment?.installer === null && <p className="packages-note">{t('packages.noInstaller')}</p>}
        {environment?.installer != null && mayChange && (
          <InstallForm installer={environment.installer} onInstall={(names) => change('install', names)} />
        )}
        {shown !== undefined && (
          <>
            <input
              className="field"
              type="search"
              aria-label={t('packages.search')}
              placeholder={t('packages.search')}
              value={words}
              onChange={(event) => setWords(event.target.value)}
            />
            <p className="packages-note" role="status">
              {t('packages.count', { count: shown.length })}
            </p>
            <PackageRows
              packages={shown}
              onChange={mayChange && environment?.installer != null ? change : null}
            />
          </>
        )}
      </div>
    </Dialog>
  )
}

function PackageRows(props: {
  readonly packages: KernelEnvironment['packages']
  readonly onChange: ((verb: PackageVerb, names: readonly string[]) => void) | null
}) {
  const { packages, onChange } = props
  return (
    <ul className="packages-list" aria-label={t('packages.title')}>
      {packages.map(({ name, version }) => (
        <li key={name}>
          <span>
            <strong>{name}</strong> {version}
          </span>
          {onChange !== null &&
            (['upgrade', 'remove'] as const).map((verb) => (
              <button
                key={verb}
                type="button"
                className="button button-small button-quiet"
                aria-label={t(`packages.${verb}Name`, { name })}
                onClick={() => onChange(verb, [name])}
              >
                {t(`packages.${verb}`)}
              </button>
            ))}
        </li>
      ))}
    </ul>
  )
}

function InstallForm(props: {
  readonly installer: NonNullable<KernelEnvironment['installer']>
  readonly onInstall: (names: readonly string[]) => void
}) {
  const [text, setText] = useState('')
  const names = requirementsOf(text)
  return (
    <div className="packages-install">
      <label>
        {t('packages.installLabel')}
        <input
          className="field"
          placeholder="scikit-learn pandas>=2"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            if (names !== null) props.onInstall(names)
          }}
        />
      </label>
      <button
        type="button"
        className="button button-primary"
        disabled={names === null}
        onClick={() => names !== null && props.onInstall(names)}
      >
        {t('packages.install')}
      </button>
      <p className="packages-note" role="status">
        {names !== null && <code>{packageCommand(props.installer, 'install', names)}</code>}
        {names === null && text.trim() !== '' && t('packages.badName')}
      </p>
    </div>
  )
}

function useEnvironment(document: string) {
  const [environment, setEnvironment] = useState<KernelEnvironment | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [round, setRound] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round asks for the same
  useEffect(() => {
    const gone = new AbortController()
    const url = `/api/notebooks/${encodeURIComponent(document)}/environment`
    void api.get(KernelEnvironment, url, gone.signal).then((answer) => {
      if (gone.signal.aborted) return
      setEnvironment(answer.ok ? answer.value : null)
      setProblem(answer.ok ? null : answer.problem)
    })
    return () => gone.abort()
  }, [document, round])
  return { environment, problem, again: () => setRound(round + 1) }
}
