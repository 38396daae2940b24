/**
 * The outputs of one run without their secrets, whatever kernel they come from: one with the recording agent has masked
 * them itself. Invariant: the order of messages stays; a stream is held back only while its end may begin a secret.
 */
import { type JsonObject, type Masker, type Message, StreamMask } from '@yesterday/kernel-bridge'
import { logFault } from '@yesterday/kernel-bridge/background'
import { isDeeperThan, isJsonObject } from '../../contract/json.ts'
import { isBinaryMime } from '../../contract/mime-rules.ts'
import { notShownText } from './not-shown.ts'

type Output = Pick<Message, 'header' | 'content'>

/** Deeper values are not shown in any case. */
const DEPTH = 200

export class OutputMask {
  readonly #masker: Masker
  readonly #streams = new Map<string, { readonly mask: StreamMask; readonly last: Output }>()

  constructor(masker: Masker) {
    this.#masker = masker
  }

  /** What to show in the place of this message; what cannot be masked is not shown. */
  accept(message: Output): readonly Output[] {
    try {
      return this.#masked(message)
    } catch (error) {
      return [...this.flush(), notShown(message, error)]
    }
  }

  #masked(message: Output): readonly Output[] {
    const { msg_type: type } = message.header
    if (type === 'stream') return this.#stream(message)
    const masked = type === 'error' ? this.#error(message) : isBundle(type) ? this.#bundle(message) : message
    return [...this.flush(), masked]
  }

  /** What is still held back, once nothing more comes. */
  flush(): readonly Output[] {
    const held = [...this.#streams.values()]
    this.#streams.clear()
    return held.flatMap(({ mask, last }) => {
      try {
        return withText(last, mask.flush())
      } catch (error) {
        return [notShown(last, error)]
      }
    })
  }

  #stream(message: Output): readonly Output[] {
    const { name, text } = message.content
    if (typeof text !== 'string') return [message]
    const key = typeof name === 'string' ? name : ''
    const mask = this.#streams.get(key)?.mask ?? new StreamMask(this.#masker)
    this.#streams.set(key, { mask, last: message })
    return withText(message, mask.feed(text))
  }

  #error(message: Output): Output {
    return { ...message, content: this.#tree(message.content) }
  }

  #bundle(message: Output): Output {
    const { data, metadata } = message.content
    if (!isJsonObject(data)) return message
    const content: JsonObject = { ...message.content, data: this.#forms(data) }
    if (isJsonObject(metadata)) content.metadata = this.#tree(metadata)
    return { ...message, content }
  }

  #forms(data: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(data).map(([mime, value]) => [mime, isBinaryMime(mime) ? value : this.#tree(value)]),
    )
  }

  #tree<T>(value: T): T {
    return isDeeperThan(DEPTH, value) ? value : this.#masker.maskTree(value)
  }
}

const bundles: ReadonlySet<string> = new Set(['display_data', 'execute_result', 'update_display_data'])
const isBundle = (type: string): boolean => bundles.has(type)

const withText = (message: Output, text: string): readonly Output[] =>
  text === '' ? [] : [{ ...message, content: { ...message.content, text } }]

function notShown({ header }: Output, error: unknown): Output {
  logFault('masking an output', error)
  const why = error instanceof Error ? error.message : String(error)
  const data = { 'text/plain': notShownText(`could not be read (${why})`) }
  return { header: { ...header, msg_type: 'display_data' }, content: { data, metadata: {} } }
}
