/** `@jupyterlab/services` on a running server: the client that JupyterLab is built on. */
import {
  ContentsManager,
  type Kernel,
  KernelManager,
  type KernelMessage,
  KernelSpecManager,
  ServerConnection,
  SessionManager,
} from '@jupyterlab/services'

export const TOKEN = 'a-token-for-tests'

/** A WebSocket that offers no subprotocol: the server uses the default framing with it. */
class PlainWebSocket extends WebSocket {
  constructor(url: string | URL) {
    super(url)
  }
}

/** Managers of a client, as JupyterLab makes them. */
export function connect(origin: string, { token = TOKEN, isPlain = false } = {}) {
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: `${origin}/`,
    wsUrl: `${origin.replace('http', 'ws')}/`,
    token,
    appendToken: true,
    ...(isPlain && { WebSocket: PlainWebSocket }),
  })
  const kernels = new KernelManager({ serverSettings })
  const specs = new KernelSpecManager({ serverSettings })
  const sessions = new SessionManager({ serverSettings, kernelManager: kernels })
  const contents = new ContentsManager({ serverSettings })
  const dispose = (): void => {
    for (const manager of [contents, sessions, specs, kernels]) manager.dispose()
  }
  return { serverSettings, kernels, specs, sessions, contents, dispose }
}

/** Runs code; settles with its reply and the texts of its streams and results. */
export async function run(kernel: Kernel.IKernelConnection, code: string, content: object = {}) {
  const future = kernel.requestExecute({ code, ...content })
  const texts: string[] = []
  future.onIOPub = (message) => {
    texts.push(textOf(message))
  }
  const reply = await future.done
  return { status: reply.content.status, text: texts.join('') }
}

export function textOf({ content }: KernelMessage.IMessage): string {
  if ('text' in content && typeof content.text === 'string') return content.text
  if (!('data' in content) || typeof content.data !== 'object' || content.data === null) return ''
  const { data } = content
  return 'text/plain' in data && typeof data['text/plain'] === 'string' ? data['text/plain'] : ''
}
