/** pure. The few pages that the server writes itself: plain words, no script. */

/** For a browser that nobody has let in yet. `again` reloads once, so that a link from another page finds the cookie. */
export function signInPage(options: { readonly wrongToken: boolean; readonly again: boolean }): string {
  const wrong = options.wrongToken
    ? '<p role="alert"><strong>This address was used already, or is from an earlier start.</strong></p>'
    : ''
  return page(
    'Sign in',
    `${wrong}<p>Open the address that was printed in the terminal where Yesterday was started. It is good for one browser.
To have a new one, run <code>npm start</code> for the same folder again: it prints it.</p>
<form action="/" method="get"><label for="token">Or paste the token, the part after <code>token=</code></label>
<input id="token" name="token" type="password" autocomplete="off" required autofocus><button>Sign in</button></form>`,
    options.again ? '<meta http-equiv="refresh" content="0;url=/">' : '',
  )
}

/** Where the page itself was not built. */
export const notBuiltPage = (): string =>
  page(
    'Not built yet',
    '<p>The page was not built. Run <code>npm run build</code> in the folder of Yesterday, then reload.</p>',
  )

function page(title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title} · Yesterday</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${head}<style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}
h1{font-size:1.4rem}label{display:block;margin:1.5rem 0 .4rem}code{font-size:.95em}
input{font:inherit;padding:.4rem .6rem;width:60%;margin-right:.5rem}button{font:inherit;padding:.4rem 1rem}
</style></head><body><main><h1>Yesterday · ${title}</h1>${body}</main></body></html>`
}
