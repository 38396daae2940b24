/**
 * The script of the pages to sign in and to join, which work without it: passkeys. The server writes the words and the
 * addresses into the page (`server/src/http/pages.ts`), so that nothing of the app is loaded before a person is known.
 */
import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser'
import { ApiError } from '@yesterday/server/contract/http.ts'
import { CreationOptions, RequestOptions, SignedIn } from '@yesterday/server/contract/passkeys.ts'
import { z } from 'zod'

/** What the server wrote into the page. */
const Data = z.object({
  /** The address of the routes of passkeys. */
  api: z.string(),
  /** Where to go on to. */
  next: z.string().default(''),
  /** The secret of an invitation, on the page to join. */
  invite: z.string().optional(),
  /** Words by the code of a problem. */
  words: z.string().transform((text) => z.record(z.string(), z.string()).parse(JSON.parse(text))),
})
type Data = z.infer<typeof Data>

/** A refusal by the server. */
class RefusedError extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

async function post<Schema extends z.ZodType>(
  url: string,
  schema: Schema,
  body?: object,
): Promise<z.infer<Schema>> {
  const answer = await fetch(url, {
    method: 'POST',
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const json: unknown = await answer.json()
  if (!answer.ok) throw new RefusedError(ApiError.safeParse(json).data?.error.code ?? 'failed')
  return schema.parse(json)
}

/** With `autofill`, the browser offers passkeys in the field of the name, and nothing else is shown. */
async function signIn({ api, next }: Data, autofill: boolean): Promise<string> {
  const optionsJSON = await post(`${api}/sign-in-options`, RequestOptions)
  const credential = await startAuthentication({ optionsJSON, useBrowserAutofill: autofill })
  return (await post(`${api}/sign-in`, SignedIn, { next, credential })).location
}

async function join({ api }: Data, invite: string, name: string): Promise<string> {
  const optionsJSON = await post(`${api}/join-options`, CreationOptions, { invite, name })
  const credential = await startRegistration({ optionsJSON })
  return (await post(`${api}/join`, SignedIn, { invite, credential })).location
}

/** The code of a problem, of which `words` has the text. */
function codeOf(error: unknown): string {
  if (error instanceof RefusedError) return error.code
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError' || name === 'AbortError') return 'cancelled'
  return name === 'InvalidStateError' ? 'known' : 'failed'
}

function start(part: HTMLElement): void {
  const data = Data.parse({ ...part.dataset })
  const button = part.querySelector('button')
  const problem = part.querySelector<HTMLElement>('[role="alert"]')
  const name = document.querySelector<HTMLInputElement>('#name')
  if (button === null || problem === null) return
  const show = (code: string): void => {
    problem.textContent = data.words[code] ?? data.words.failed ?? code
    problem.hidden = false
  }
  part.hidden = false
  button.addEventListener('click', () => {
    if (data.invite !== undefined && name !== null && !name.reportValidity()) return
    problem.hidden = true
    button.disabled = true
    const { invite } = data
    const leads = invite === undefined ? signIn(data, false) : join(data, invite, name?.value ?? '')
    leads.then(
      (location) => window.location.assign(location),
      (error: unknown) => {
        button.disabled = false
        show(codeOf(error))
      },
    )
  })
  if (data.invite === undefined && name !== null) void offer(data, show)
}

/** A passkey that is chosen in the field of the name. Without one, nothing happens. */
async function offer(data: Data, show: (code: string) => void): Promise<void> {
  if (!(await browserSupportsWebAuthnAutofill())) return
  try {
    window.location.assign(await signIn(data, true))
  } catch (error) {
    if (error instanceof RefusedError) show(error.code)
  }
}

const isAddress = /^(?:[\d.]+|\[.*\])$/.test(location.hostname)
const part = document.querySelector<HTMLElement>('[data-passkeys]')
if (part !== null && !isAddress && browserSupportsWebAuthn()) start(part)
