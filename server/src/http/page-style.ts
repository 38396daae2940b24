/** pure. How the pages look that the server writes itself: as the app does (client/src/style/tokens.css), in a few rules. */

/** The two circles of the app's header: what was, and what is. */
export const MARK = `<svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true"><circle cx="9" cy="12" r="6.25" fill="none" stroke="var(--past)" stroke-width="1.6"/><circle cx="15" cy="12" r="6.25" fill="var(--accent)" fill-opacity=".85"/></svg>`

export const PAGE_STYLE = `
:root{color-scheme:light dark;--surface:light-dark(#f1f4f3,#14191b);--raised:light-dark(#fff,#1d2427);--text:light-dark(#1a2224,#e3e9e8);
--muted:light-dark(#55626a,#a3b0b2);--border:light-dark(#84918f,#6b7a7c);--line:light-dark(#d9dfde,#344043);
--accent:light-dark(#0b5c6b,#6cc5d1);--on-accent:light-dark(#fff,#0c1a1d);--past:light-dark(#7a5710,#d9b25f);--danger:light-dark(#ab2a1d,#f2978b)}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:start center;padding:12vh 1rem 2rem;background:var(--surface);color:var(--text);
font:16px/1.5 system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{width:min(26rem,100%);padding:2rem;border:1px solid var(--line);border-radius:10px;background:var(--raised)}
svg{display:block;margin-bottom:.75rem}
h1{margin:0 0 1rem;font-size:1.35rem;line-height:1.3}
p{margin:.75rem 0;overflow-wrap:anywhere}
label{display:block;margin:1.25rem 0 .35rem;font-weight:600}
code{font-size:.95em}
a{color:var(--accent);text-underline-offset:3px}
input,button,.button{font:inherit;min-height:44px;border-radius:6px}
input{width:100%;padding:.4rem .75rem;border:1px solid var(--border);background:var(--raised);color:inherit}
button,.button{display:inline-flex;align-items:center;justify-content:center;width:100%;margin-top:1rem;padding:.4rem 1rem;border:1px solid var(--accent);
background:var(--accent);color:var(--on-accent);font-weight:600;text-decoration:none;cursor:pointer}
.passkey button{background:none;color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
[role=alert]{color:var(--danger);font-weight:600}
[hidden]{display:none}
details{margin-top:1.5rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--muted)}
summary{cursor:pointer}
@media (max-width:480px){body{padding:0;background:var(--raised)}main{border:0;padding:10vh 1.25rem 2rem}}
@media (forced-colors:active){button,.button{border-color:ButtonText}}`
