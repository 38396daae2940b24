/** Sends one notification as a mail, by the SMTP server that the operator named. */
import { createTransport } from 'nodemailer'

export interface SmtpConfig {
  readonly host: string
  readonly port: number
  /** TLS from the start (port 465). Otherwise STARTTLS, which `requireTls` makes a condition. */
  readonly secure: boolean
  readonly requireTls: boolean
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly from: string
}

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  /** Names the delivery: a mail that is sent twice has the same. */
  readonly id: string
}

const TIMEOUT_MS = 15_000

/** Settles when the server has taken the mail; rejects with the reason otherwise. */
export function mailer({ host, port, secure, requireTls, user, password, from }: SmtpConfig) {
  const transport = createTransport({
    host,
    port,
    secure,
    requireTLS: requireTls,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return async ({ to, subject, text, id }: Mail): Promise<void> => {
    const messageId = `<${id}@yesterday.invalid>`
    // Mail programs do not answer what a program sent (RFC 3834).
    const headers = { 'Auto-Submitted': 'auto-generated' }
    await transport.sendMail({ from, to: { name: '', address: to }, subject, text, messageId, headers })
  }
}
