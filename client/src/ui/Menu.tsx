/**
 * A button with a menu (ARIA's menu button pattern). The menu lives in the top layer by the popover API, so nothing
 * clips it; the browser closes it on Escape and on a click elsewhere and gives the focus back.
 */
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

/**
 * The button shows `icon`; `label` names button and menu. Children are `MenuItem`s; a function makes them as the menu
 * opens. A right click in `area`, or its key there, opens the menu as well.
 */
export function Menu(props: {
  readonly label: string
  readonly icon: ReactNode
  readonly children: ReactNode | (() => ReactNode)
  readonly className?: string
  readonly area?: RefObject<HTMLElement | null>
}) {
  const id = useId()
  const menu = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const pointer = useOpenedIn(props.area, menu)
  const { children } = props
  const [isOpen, setOpen] = useState(false)

  const place = (open: boolean): void => {
    button.current?.setAttribute('aria-expanded', String(open))
    if (!open) {
      pointer.current = null
      setOpen(false)
    }
    if (!open || menu.current === null || button.current === null) return
    placeBeside(menu.current, pointer.current ?? button.current.getBoundingClientRect())
    itemsIn(menu.current)[0]?.focus()
  }

  return (
    <>
      <button
        ref={button}
        type="button"
        className={`icon-button ${props.className ?? ''}`}
        aria-label={props.label}
        aria-haspopup="menu"
        aria-expanded="false"
        title={props.label}
        popoverTarget={id}
        onClick={(event) => event.stopPropagation()}
      >
        {props.icon}
      </button>
      <div
        ref={menu}
        id={id}
        className="menu"
        role="menu"
        // A long menu scrolls.
        tabIndex={0}
        aria-label={props.label}
        popover="auto"
        onBeforeToggle={(event) => {
          // The items are there when the menu is placed.
          if (event.nativeEvent.newState === 'open') flushSync(() => setOpen(true))
        }}
        onToggle={(event) => place(event.nativeEvent.newState === 'open')}
        onKeyDown={(event) => moveFocus(event)}
        onClick={(event) => {
          event.stopPropagation()
          event.currentTarget.hidePopover()
        }}
      >
        {typeof children === 'function' ? isOpen && children() : children}
      </div>
    </>
  )
}

/** Opens the menu by a right click in `area`. Returns where that was; null if the menu was opened by its button or by a key. */
function useOpenedIn(
  area: RefObject<HTMLElement | null> | undefined,
  menu: RefObject<HTMLDivElement | null>,
): RefObject<DOMRect | null> {
  const pointer = useRef<DOMRect>(null)
  useEffect(() => {
    const element = area?.current ?? null
    if (element === null) return
    const open = (event: PointerEvent): void => {
      event.preventDefault()
      pointer.current = event.pointerType === '' ? null : new DOMRect(event.clientX, event.clientY)
      menu.current?.showPopover()
    }
    element.addEventListener('contextmenu', open)
    return () => element.removeEventListener('contextmenu', open)
  }, [area, menu])
  return pointer
}

/** One action of a menu. With `checked` it is one of a set of choices. */
export function MenuItem(props: {
  readonly icon?: ReactNode
  readonly children: ReactNode
  readonly onSelect: () => void
  readonly danger?: boolean
  readonly checked?: boolean
}) {
  const role = props.checked === undefined ? 'menuitem' : 'menuitemradio'
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: with it, the role is menuitemradio
    <button
      type="button"
      role={role}
      aria-checked={props.checked}
      tabIndex={-1}
      className={props.danger === true ? 'menu-item menu-item-danger' : 'menu-item'}
      onClick={props.onSelect}
    >
      {props.icon}
      {props.children}
    </button>
  )
}

const itemsIn = (menu: HTMLElement): readonly HTMLElement[] => [
  ...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]'),
]

function placeBeside(menu: HTMLElement, anchor: DOMRect): void {
  const { width, height } = menu.getBoundingClientRect()
  const gap = 4
  const below = anchor.bottom + gap
  const fits = below + height + gap <= window.innerHeight
  menu.style.top = `${fits ? below : Math.max(gap, anchor.top - height - gap)}px`
  const left = anchor.width === 0 ? anchor.left : anchor.right - width
  menu.style.left = `${Math.min(Math.max(gap, left), window.innerWidth - width - gap)}px`
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const items = itemsIn(event.currentTarget)
  const at = items.findIndex((item) => item.matches(':focus'))
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key]
  event.stopPropagation()
  if (event.key === 'Tab') event.currentTarget.hidePopover()
  if (next === undefined) return
  event.preventDefault()
  items.at(next % items.length)?.focus()
}
