/** pure. What browsers may do with each kind of page (https://www.w3.org/TR/CSP3/). */

const policy = (directives: Readonly<Record<string, string>>): string =>
  Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`.trim())
    .join('; ')

/** On every answer. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}

/** The app's page: nothing from elsewhere, no script that is not a file of ours. Monaco writes its styles inline. */
export const appPolicy = policy({
  'default-src': "'self'",
  'script-src': "'self'",
  'worker-src': "'self' blob:",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data: blob:",
  'media-src': "'self' data: blob:",
  'font-src': "'self' data:",
  'connect-src': "'self'",
  'frame-src': "'self'",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
})

/**
 * The frame of untrusted output: an opaque origin without credentials. Plotting libraries load themselves from
 * elsewhere, so scripts from https may run there; it cannot reach this server, whose cookies it never has.
 */
export const sandboxPolicy = policy({
  sandbox: 'allow-scripts allow-popups allow-popups-to-escape-sandbox',
  'default-src': "'none'",
  'script-src': "'self' 'unsafe-inline' 'unsafe-eval' blob: data: https:",
  'style-src': "'self' 'unsafe-inline' blob: data: https:",
  'img-src': 'blob: data: https:',
  'media-src': 'blob: data: https:',
  'font-src': "'self' blob: data: https:",
  'connect-src': 'blob: data: https:',
  'worker-src': 'blob: data:',
  'frame-ancestors': "'self'",
})

/** Bytes that somebody's code made: shown, never run. */
export const inertPolicy = policy({
  sandbox: '',
  'default-src': "'none'",
  'style-src': "'unsafe-inline'",
  'img-src': 'data:',
})

/** Pages without script: the sign-in page and clear words on errors. */
export const plainPagePolicy = policy({
  'default-src': "'none'",
  'style-src': "'unsafe-inline'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
})
