/** What is inside of a value, as a tree whose branches are read when they are opened. */
import type { ValueAnswers, ValueChild } from '@yesterday/server/contract/variables.ts'
import { type KeyboardEvent, useEffect, useState } from 'react'
import { useNotebook } from '../../access/context.ts'
import type { ValueResult } from '../../session/values.ts'
import { problemWords } from '../../tables/problem-words.ts'
import { locale } from '../../text/locale.ts'
import { shapeText } from '../../text/sizes.ts'
import { t } from '../../text/text.ts'

interface Target {
  readonly name: string
  readonly path: readonly number[]
}

export function ValueTree({ name, path }: Target) {
  return (
    <div role="tree" className="value-tree" aria-label={name} onKeyDown={moveInTree}>
      <Branch name={name} path={path} isFirst />
    </div>
  )
}

function Branch({ name, path, isFirst = false }: Target & { readonly isFirst?: boolean }) {
  const { values } = useNotebook()
  const [children, setChildren] = useState<readonly ValueChild[]>([])
  const [answer, setAnswer] = useState<ValueResult<ValueAnswers['children']> | null>(null)
  const key = path.join('.')
  const read = async (start: number): Promise<void> => {
    const next = await values.children({ name, path, fixed: [] }, start)
    setAnswer(next)
    if (next.ok) setChildren((before) => [...before.slice(0, start), ...next.value.children])
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says which path it is
  useEffect(() => void read(0), [values, name, key])
  if (answer === null) return <p className="value-leaf">{t('app.loading')}</p>
  if (!answer.ok) return <p className="value-leaf">{problemWords(answer)}</p>
  const left = answer.value.count - children.length
  return (
    <>
      {children.length === 0 && <p className="value-leaf">{t('value.empty')}</p>}
      {children.map((child, place) => (
        <Node
          // biome-ignore lint/suspicious/noArrayIndexKey: children may have equal names
          key={`${place} ${child.key}`}
          name={name}
          path={[...path, place]}
          child={child}
          isFirst={isFirst && place === 0}
        />
      ))}
      {left > 0 && (
        <button type="button" className="button button-small" onClick={() => void read(children.length)}>
          {t('variables.more', { count: left })}
        </button>
      )}
    </>
  )
}

interface NodeProps extends Target {
  readonly child: ValueChild
  readonly isFirst: boolean
}

function Node({ name, path, child: { key, entry }, isFirst }: NodeProps) {
  const { variables } = useNotebook()
  const [isOpen, setOpen] = useState(false)
  const isBranch = entry.opens === 'tree'
  const isViewed = entry.opens !== undefined && !isBranch
  const act = (): void => {
    if (isBranch) setOpen(!isOpen)
    else if (isViewed) variables.view.set({ at: 'value', name, path })
  }
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the focus is moved by arrow keys
    <div role="treeitem" aria-expanded={isBranch ? isOpen : undefined} aria-level={path.length}>
      <button
        type="button"
        className="value-node"
        tabIndex={isFirst ? 0 : -1}
        data-open={isBranch ? isOpen : undefined}
        data-opens={isViewed ? true : undefined}
        onClick={act}
      >
        <code className="value-key">{key}</code>
        <span className="variable-type">{entry.type}</span>
        {entry.shape !== undefined && (
          <span className="variable-shape">{shapeText(entry.shape, locale)}</span>
        )}
        {entry.preview !== undefined && <code className="value-preview">{entry.preview}</code>}
      </button>
      {isOpen && (
        // biome-ignore lint/a11y/useSemanticElements: a group of a tree
        <div role="group" className="value-branch">
          <Branch name={name} path={path} />
        </div>
      )}
    </div>
  )
}

/** Up and down go through the visible nodes; right opens, left closes. */
function moveInTree(event: KeyboardEvent<HTMLElement>): void {
  const nodes = [...event.currentTarget.querySelectorAll<HTMLElement>('.value-node')]
  const node = document.activeElement
  const place = nodes.findIndex((one) => node?.isSameNode(one) === true)
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step !== undefined) nodes[place + step]?.focus()
  else if (node instanceof HTMLElement && isSwitch(event.key, node.dataset.open)) node.click()
  else return
  event.preventDefault()
}

const isSwitch = (key: string, open: string | undefined): boolean =>
  (key === 'ArrowRight' && open === 'false') || (key === 'ArrowLeft' && open === 'true')
