/**
 * A text file in an editor, saved by Ctrl-S. Invariant: what another program wrote is never overwritten without the
 * person's consent, and what the person typed is not lost without it.
 */
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { api, type FileBytes, type Problem } from '../api/api.ts'
import { useMayEdit } from '../api/use-may.ts'
import { files } from '../files/files-store.ts'
import { parentOf } from '../files/tree.ts'
import { guardLeaving } from '../navigation/leaving.ts'
import { t } from '../text/text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { ProblemBox } from '../ui/Problem.tsx'
import { decodeText, encodeText, languageOf, type Text } from './file-kind.ts'
import { DownloadLink, OtherFile } from './OtherFile.tsx'
import { useFile } from './use-file.ts'
import { useTextEditor } from './use-text-editor.ts'

interface TextFileProps {
  readonly entry: FileEntry
  /** Buttons of the head. */
  readonly tools?: ReactNode
}

export function TextFile({ entry, tools }: TextFileProps) {
  const { answer, again } = useFile(entry.path)
  const [read, setRead] = useState<Read | 'binary' | null>(null)
  useEffect(() => {
    if (answer?.ok) void readText(answer.value).then(setRead)
  }, [answer])
  if (answer?.ok === false)
    return (
      <div className="boundary">
        <ProblemBox problem={answer.problem} onRetry={again} />
      </div>
    )
  if (read === null) return <p className="notebook-wait">{t('app.loading')}</p>
  if (read === 'binary') return <OtherFile entry={entry} why={t('file.binary')} />
  return <Editing key={read.version} entry={entry} tools={tools} read={read} onReload={again} />
}

interface Read {
  readonly form: Text
  readonly version: string | null
}

async function readText({ bytes, version }: FileBytes): Promise<Read | 'binary'> {
  const form = decodeText(new Uint8Array(await bytes.arrayBuffer()))
  return form === null ? 'binary' : { form, version }
}

interface EditingProps extends TextFileProps {
  readonly read: Read
  readonly onReload: () => void
}

function Editing({ entry, tools, read, onReload }: EditingProps) {
  const mayEdit = useMayEdit(entry)
  const readOnly = !entry.writable || !mayEdit
  const [isDirty, setDirty] = useState(false)
  const version = useRef(read.version)
  const saving = useSaving(entry.path, read.form, version, () => setDirty(false))
  const host = useRef<HTMLDivElement>(null)
  const editor = useTextEditor(host, {
    text: read.form.text,
    language: languageOf(entry.path),
    label: entry.name,
    readOnly,
    onChange: (text) => setDirty(text !== saving.savedText()),
    onSave: (text) => void saving.save(text),
  })
  const leaving = useLeaving(isDirty)
  useFollowDisk(entry.path, version, isDirty, onReload)
  const save = (isForced = false) => void saving.save(editor.text(), isForced)
  return (
    <section className="file" aria-label={entry.name}>
      <div className="file-head">
        <h1>{entry.name}</h1>
        <span className="file-state" role="status">
          {t(
            readOnly
              ? 'files.readonly'
              : saving.isBusy
                ? 'file.saving'
                : isDirty
                  ? 'file.unsaved'
                  : 'file.saved',
          )}
        </span>
        {!readOnly && (
          <button
            type="button"
            className="button button-small button-primary"
            disabled={!isDirty || saving.isBusy}
            onClick={() => save()}
          >
            {t('file.save')}
          </button>
        )}
        {tools}
        <DownloadLink entry={entry} />
      </div>
      {saving.problem !== null && (
        <NotSaved problem={saving.problem} onSave={() => save(true)} onReload={onReload} />
      )}
      <div ref={host} className="file-text" />
      {leaving}
    </section>
  )
}

/** `changed`: another program wrote the file. */
function NotSaved(props: {
  readonly problem: Problem
  readonly onSave: () => void
  readonly onReload: () => void
}) {
  const { problem, onSave, onReload } = props
  return (
    <div className="file-problem" role="alert">
      <strong>{problem.message}</strong> {problem.hint}
      <span className="file-problem-do">
        <button type="button" className="button button-small" onClick={onSave}>
          {t(problem.code === 'changed' ? 'file.saveOver' : 'file.saveAgain')}
        </button>
        {problem.code === 'changed' && (
          <button type="button" className="button button-small" onClick={onReload}>
            {t('file.reload')}
          </button>
        )}
      </span>
    </div>
  )
}

function useSaving(path: string, form: Text, version: React.RefObject<string | null>, onSaved: () => void) {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const saved = useRef(form.text)
  const busy = useRef(false)
  const save = async (text: string, isForced = false): Promise<void> => {
    if (busy.current) return
    busy.current = true
    setBusy(true)
    const bytes = new Blob([encodeText({ ...form, text })])
    const answer = await api.upload(path, bytes, true, isForced ? null : version.current)
    busy.current = false
    setBusy(false)
    setProblem(answer.ok ? null : answer.problem)
    if (!answer.ok) return
    version.current = answer.value.version
    saved.current = text
    onSaved()
    void files.load(parentOf(path))
  }
  return { save, isBusy, problem, savedText: () => saved.current }
}

/** Asks before the page is left with edits that are not saved. */
function useLeaving(isDirty: boolean) {
  const [leave, setLeave] = useState<(() => void) | null>(null)
  useEffect(() => {
    if (!isDirty) return
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault()
    addEventListener('beforeunload', warn)
    const release = guardLeaving((go) => {
      setLeave(() => go)
      return false
    })
    return () => {
      removeEventListener('beforeunload', warn)
      release()
    }
  }, [isDirty])
  if (leave === null) return null
  return (
    <Dialog
      title={t('file.leave')}
      action={t('file.discard')}
      danger
      onClose={() => setLeave(null)}
      onAction={() => {
        setLeave(null)
        leave()
      }}
    >
      <p>{t('file.leaveHint')}</p>
    </Dialog>
  )
}

/** Reads the file again when the window gets the focus, if another program wrote it and nothing typed would be lost. */
function useFollowDisk(
  path: string,
  version: React.RefObject<string | null>,
  isDirty: boolean,
  onReload: () => void,
): void {
  const look = useCallback(async () => {
    if (isDirty) return
    const answer = await api.readFile(path, new AbortController().signal)
    if (answer.ok && answer.value.version !== version.current) onReload()
  }, [path, version, isDirty, onReload])
  useEffect(() => {
    const back = (): void => void look()
    addEventListener('focus', back)
    return () => removeEventListener('focus', back)
  }, [look])
}
