/** pure. What browsers may do with each kind of page (https://www.w3.org/TR/CSP3/). */

export const policy = (directives: Readonly<Record<string, string>>): string =>
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
  // Two notebooks side by side are this page twice. A sandboxed frame has an opaque origin, which is no ancestor of it.
  'frame-ancestors': "'self'",
})

/**
 * The frames of untrusted output: an opaque origin without credentials, at three levels (client/src/outputs/
 * frame-protocol.ts). No level reaches this server, whose cookies a frame never has. The app's `frame-src` holds for
 * where a frame goes, so its code cannot leave for another site either.
 */
const framePolicy = (script: string, sources: string, more: Readonly<Record<string, string>> = {}): string =>
  policy({
    sandbox: 'allow-scripts',
    'default-src': "'none'",
    'script-src': `'self' ${script}`.trim(),
    'style-src': `'self' 'unsafe-inline' ${sources}`.trim(),
    'img-src': sources,
    'media-src': sources,
    'font-src': `'self' ${sources}`.trim(),
    'connect-src': sources,
    'worker-src': 'blob: data:',
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'self'",
    ...more,
  })

const OWN_SCRIPTS = "'unsafe-inline' 'unsafe-eval' blob: data:"
/** By the path of a frame's page. Plotting libraries load themselves from elsewhere: `online` lets them. */
export const framePolicies: Readonly<Record<string, string>> = {
  '/sandbox/static.html': framePolicy('', 'blob: data:', { webrtc: "'block'" }),
  '/sandbox/offline.html': framePolicy(OWN_SCRIPTS, 'blob: data:', { webrtc: "'block'" }),
  '/sandbox/online.html': framePolicy(`${OWN_SCRIPTS} https:`, 'blob: data: https:', {
    'frame-src': 'https: blob: data:',
  }),
}

/** For bytes that a user's code made: shown, never run. */
export const inertPolicy = policy({
  sandbox: '',
  'default-src': "'none'",
  'style-src': "'unsafe-inline'",
  'img-src': 'data:',
})

/** Pages without script: clear words on errors. */
export const plainPagePolicy = policy({
  'default-src': "'none'",
  'style-src': "'unsafe-inline'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
})

/** The pages to sign in and to join: one script of ours, for passkeys. */
const formPolicy = policy({
  'default-src': "'none'",
  'script-src': "'self'",
  'connect-src': "'self'",
  'style-src': "'unsafe-inline'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
})

/** Pages with a form that posts to us: with `no-referrer`, browsers send `Origin: null` with it. */
export const formHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': formPolicy,
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
}
