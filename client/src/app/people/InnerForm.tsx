/** Fields inside a dialog's form: Enter in one of them does `onSubmit`, and does not save the dialog. */
import type { ReactNode } from 'react'

export function InnerForm(props: { readonly onSubmit: () => void; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a form inside a form is not allowed; the fields have the focus
    <div
      className="inner-form"
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
        if (!(event.target instanceof HTMLInputElement)) return
        event.preventDefault()
        props.onSubmit()
      }}
    >
      {props.children}
    </div>
  )
}
