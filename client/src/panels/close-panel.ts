/** The way to close the panel around a component. */
import { createContext } from 'react'

export const ClosePanel = createContext<() => void>(() => undefined)
