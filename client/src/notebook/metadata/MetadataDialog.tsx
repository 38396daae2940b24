/** Tags of the selected cells as chips, and the metadata of one cell as JSON. Nothing is written before Save. */
import './metadata.css'
import { cellsOf, findCell, tag } from '@yesterday/server/contract/document.ts'
import { useId, useMemo, useState } from 'react'
import { t } from '../../text/text.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { notify } from '../../ui/notices.ts'
import type { Notebook } from '../notebook.ts'
import {
  changeMetadata,
  type MetadataProblem,
  metadataText,
  readMetadata,
  tagsIn,
  tagsOf,
} from './cell-metadata.ts'
import { hideMetadata } from './metadata-open.ts'
import { type DraftTag, TagField } from './TagField.tsx'

interface Props {
  readonly notebook: Notebook
  readonly cells: readonly string[]
}

export function MetadataDialog({ notebook, cells }: Props) {
  const writable = notebook.opened.writable
  // As they were when the dialog was opened: what others change meanwhile stays, as far as this person leaves it.
  const [before] = useState(() => stateOf(notebook, cells))
  const [tags, setTags] = useState<readonly DraftTag[]>(before.tags)
  const [entered, setEntered] = useState('')
  const [text, setText] = useState(before.text)
  const read = useMemo(() => readMetadata(text ?? '{}', before.text ?? '{}'), [text, before])
  const save = (): void => {
    if (!read.ok) return
    const wanted = withTags(tags, tagsIn(entered), cells.length)
    hideMetadata()
    const change = { ...changedTags(before.tags, wanted, cells.length), members: read.members }
    if (changeMetadata(notebook, cells, change) < cells.length) notify('warning', t('metadata.gone'))
  }
  return (
    <Dialog
      title={titleOf(notebook, cells)}
      wide
      {...(writable && { action: t('metadata.save') })}
      onClose={hideMetadata}
      onAction={save}
    >
      <TagField
        tags={tags}
        cells={cells.length}
        writable={writable}
        known={before.known}
        entered={entered}
        onEnter={setEntered}
        onAdd={(names) => setTags((now) => withTags(now, names, cells.length))}
        onRemove={(name) => setTags((now) => now.filter((one) => one.name !== name))}
      />
      {text === null ? (
        <p className="metadata-note">{t('metadata.oneCell')}</p>
      ) : (
        <JsonField
          text={text}
          problem={read.ok ? null : read.problem}
          writable={writable}
          onChange={setText}
        />
      )}
    </Dialog>
  )
}

function titleOf(notebook: Notebook, cells: readonly string[]): string {
  const [first = ''] = cells
  if (cells.length !== 1) return t('metadata.cells', { count: cells.length })
  return t('metadata.cell', { cell: notebook.placeOf(first) ?? '?' })
}

/** `text` is null unless it is one cell; `known` are the tags to offer. */
function stateOf({ doc }: Notebook, ids: readonly string[]) {
  const cells = ids.flatMap((id) => findCell(doc, id)?.cell ?? [])
  const [first] = cells
  const names = [...new Set(cells.flatMap(tagsOf))]
  const tags = names.map((name) => ({
    name,
    count: cells.filter((cell) => tagsOf(cell).includes(name)).length,
  }))
  const used = cellsOf(doc).toArray().flatMap(tagsOf)
  return {
    tags,
    text: cells.length === 1 && first !== undefined ? metadataText(first) : null,
    known: [...new Set([...used, 'parameters', tag.raises, tag.skipped])],
  }
}

/** Tags with these as well, on every cell. */
function withTags(tags: readonly DraftTag[], names: readonly string[], count: number): readonly DraftTag[] {
  const added = names.filter((name) => !tags.some((one) => one.name === name))
  const kept = tags.map((one) => (names.includes(one.name) ? { ...one, count } : one))
  return [...kept, ...added.map((name) => ({ name, count }))]
}

function changedTags(before: readonly DraftTag[], after: readonly DraftTag[], count: number) {
  const onAll = (tags: readonly DraftTag[]) =>
    tags.filter((one) => one.count === count).map(({ name }) => name)
  const former = onAll(before)
  return {
    added: onAll(after).filter((name) => !former.includes(name)),
    removed: before.map(({ name }) => name).filter((name) => !after.some((one) => one.name === name)),
  }
}

function JsonField(props: {
  readonly text: string
  readonly problem: MetadataProblem | null
  readonly writable: boolean
  readonly onChange: (text: string) => void
}) {
  const { text, problem, writable, onChange } = props
  const id = useId()
  return (
    <>
      <label htmlFor={`${id}-json`}>{t('metadata.json')}</label>
      <textarea
        id={`${id}-json`}
        className="field metadata-json"
        rows={Math.min(16, Math.max(5, text.split('\n').length))}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        readOnly={!writable}
        value={text}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-problem`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-problem`} className="metadata-problem" role="status">
        {problem !== null && problemWords(problem)}
      </p>
    </>
  )
}

function problemWords(problem: MetadataProblem): string {
  if (problem.why === 'syntax') return t('metadata.why.syntax', { reason: problem.reason })
  if ('name' in problem) return t(`metadata.why.${problem.why}`, { name: problem.name })
  return t(`metadata.why.${problem.why}`)
}
