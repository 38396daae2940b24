/**
 * pure. The formats in which known issuers make keys and tokens.
 * Twin of the agent's `secret_formats.py`: a change here is a change there; a test compares the tables. No pattern may
 * backtrack far: texts are hostile.
 */

/** `keys`: every text that the pattern matches contains one of them. */
export interface Format {
  readonly name: string
  readonly keys: readonly string[]
  readonly pattern: RegExp
}

function format(name: string, keys: string, pattern: RegExp): Format {
  return { name, keys: keys.split(' '), pattern: new RegExp(`(?<![A-Za-z0-9])(?:${pattern.source})`, 'g') }
}

export const formats: readonly Format[] = [
  format('aws', 'AKIA ASIA', /(?:AKIA|ASIA(?=[A-Z]{0,15}[0-9]))[A-Z0-9]{16}(?![A-Za-z0-9])/),
  format('github', 'ghp_ gho_ ghu_ ghs_ ghr_', /gh[pousr]_[A-Za-z0-9]{20,255}/),
  format('github-pat', 'github_pat_', /github_pat_[A-Za-z0-9_]{22,255}/),
  format('gitlab', 'glpat- gldt- glrt- glptt-', /gl(?:pat|dt|rt|ptt)-[A-Za-z0-9_.-]{20,300}/),
  format('slack', 'xox', /xox[abeoprs]-[A-Za-z0-9-]{10,250}/),
  format('slack-app', 'xapp-', /xapp-[A-Za-z0-9-]{20,250}/),
  format(
    'slack-hook',
    'hooks.slack.com/',
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{20,100}/,
  ),
  format('stripe', 'k_live_ k_test_', /[sr]k_(?:live|test)_[A-Za-z0-9]{10,250}/),
  format('stripe-hook', 'whsec_', /whsec_[A-Za-z0-9+/=]{24,250}/),
  format(
    'openai',
    'sk-',
    /sk-(?:(?:ant|proj|svcacct|admin|or)-[A-Za-z0-9_-]{16,300}|[A-Za-z0-9]{32,100}(?![A-Za-z0-9]))/,
  ),
  format('huggingface', 'hf_ api_org_', /(?:hf|api_org)_[A-Za-z0-9]{30,60}(?![A-Za-z0-9_])/),
  format('google', 'AIza', /AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/),
  format('google-oauth', 'ya29. GOCSPX-', /(?:ya29\.[A-Za-z0-9_-]{20,2000}|GOCSPX-[A-Za-z0-9_-]{20,60})/),
  format(
    'jwt',
    'eyJ',
    /(?<![_-])eyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{10,4000}/,
  ),
  format('npm', 'npm_', /npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/),
  format('pypi', 'pypi-AgE', /pypi-AgE[A-Za-z0-9_-]{50,1000}/),
  format('docker', 'dckr_', /dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,100}/),
  format('digitalocean', '_v1_', /do[por]_v1_[a-f0-9]{64}/),
  format('sendgrid', 'SG.', /SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}/),
  format('twilio', 'SK', /SK[0-9a-f]{32}(?![A-Za-z0-9])/),
  format('telegram', ':AA', /[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/),
  format('databricks', 'dapi', /dapi[a-f0-9]{32}(?![A-Za-z0-9])/),
  format('shopify', 'shp', /shp(?:at|ss|ca|pa)_[A-Fa-f0-9]{32}/),
  format('vault', 'hvs. hvb.', /hv[sb]\.[A-Za-z0-9_-]{24,300}/),
  format('grafana', 'glsa_', /glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}/),
  format('groq', 'gsk_', /gsk_[A-Za-z0-9]{40,80}/),
  format('replicate', 'r8_', /r8_[A-Za-z0-9]{37}(?![A-Za-z0-9])/),
  format('xai', 'xai-', /xai-[A-Za-z0-9]{60,100}/),
  format('perplexity', 'pplx-', /pplx-[A-Za-z0-9]{40,60}/),
  format('langsmith', 'lsv2_', /lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}/),
  format('linear', 'lin_api_', /lin_api_[A-Za-z0-9]{32,64}/),
  format('notion', 'ntn_', /ntn_[A-Za-z0-9]{40,60}/),
  format('postman', 'PMAK-', /PMAK-[A-Fa-f0-9]{24}-[A-Fa-f0-9]{34}/),
  format('new-relic', 'NRAK-', /NRAK-[A-Z0-9]{27}/),
  format('sentry', 'sntry', /sntry[su]_[A-Za-z0-9_=+/-]{40,300}/),
  format('supabase', 'sbp_', /sbp_[a-f0-9]{40}/),
  format('figma', 'figd_', /figd_[A-Za-z0-9_-]{30,60}/),
  format('terraform', '.atlasv1.', /[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}/),
  format('age', 'AGE-SECRET-KEY-1', /AGE-SECRET-KEY-1[A-Z0-9]{58}/),
]

const KEY_BEGIN = /-----BEGIN[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
const KEY_END = /-----END[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
const KEY_LINES = /(?:(?:\s|\\[nr]){0,8}[A-Za-z0-9+/=]{32,})+/y
const KEY_CHARACTERS = 16 * 1024

/** Blocks of private keys, as start and end; one without an end as far as its lines go. */
export function* privateKeys(text: string): Generator<readonly [number, number]> {
  if (!text.includes('PRIVATE KEY')) return
  const ends = text.matchAll(KEY_END)
  let [last, end] = [0, ends.next().value]
  for (const { index, 0: head } of text.matchAll(KEY_BEGIN)) {
    const body = index + head.length
    while (end !== undefined && end.index < body) end = ends.next().value
    KEY_LINES.lastIndex = body
    const lines = KEY_LINES.exec(text)
    const isWhole = end !== undefined && end.index - body <= KEY_CHARACTERS
    const behind = isWhole ? endOf(end) : endOf(lines)
    if (index < last || behind === 0) continue
    yield [index, behind]
    last = behind
  }
}

const endOf = (match: RegExpExecArray | null | undefined): number =>
  match ? match.index + match[0].length : 0
