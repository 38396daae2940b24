"""pure. The formats in which known issuers make keys and tokens.

Twin of the bridge's `secrets/formats.ts`: a change here is a change there; a test compares the tables. Patterns use
what Python's `re` and JavaScript have in common, and none may backtrack far: texts are hostile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Format(NamedTuple):
    """`keys`: every text that the pattern matches contains one of them."""

    name: str
    keys: tuple[str, ...]
    pattern: re.Pattern[str]


def _format(name: str, keys: str, pattern: str) -> Format:
    return Format(name, tuple(keys.split()), re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})", re.A))


FORMATS: tuple[Format, ...] = (
    _format("aws", "AKIA ASIA", r"(?:AKIA|ASIA(?=[A-Z]{0,15}[0-9]))[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _format("github", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{20,255}"),
    _format("github-pat", "github_pat_", r"github_pat_[A-Za-z0-9_]{22,255}"),
    _format("gitlab", "glpat- gldt- glrt- glptt-", r"gl(?:pat|dt|rt|ptt)-[A-Za-z0-9_.-]{20,300}"),
    _format("slack", "xox", r"xox[abeoprs]-[A-Za-z0-9-]{10,250}"),
    _format("slack-app", "xapp-", r"xapp-[A-Za-z0-9-]{20,250}"),
    _format(
        "slack-hook",
        "hooks.slack.com/",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,100}",
    ),
    _format("stripe", "k_live_ k_test_", r"[sr]k_(?:live|test)_[A-Za-z0-9]{10,250}"),
    _format("stripe-hook", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,250}"),
    _format(
        "openai",
        "sk-",
        r"sk-(?:(?:ant|proj|svcacct|admin|or)-[A-Za-z0-9_-]{16,300}|[A-Za-z0-9]{32,100}(?![A-Za-z0-9]))",
    ),
    _format("huggingface", "hf_ api_org_", r"(?:hf|api_org)_[A-Za-z0-9]{30,60}(?![A-Za-z0-9_])"),
    _format("google", "AIza", r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    _format("google-oauth", "ya29. GOCSPX-", r"(?:ya29\.[A-Za-z0-9_-]{20,2000}|GOCSPX-[A-Za-z0-9_-]{20,60})"),
    _format("jwt", "eyJ", r"(?<![_-])eyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{10,4000}"),
    _format("npm", "npm_", r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    _format("pypi", "pypi-AgE", r"pypi-AgE[A-Za-z0-9_-]{50,1000}"),
    _format("docker", "dckr_", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,100}"),
    _format("digitalocean", "_v1_", r"do[por]_v1_[a-f0-9]{64}"),
    _format("sendgrid", "SG.", r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"),
    _format("twilio", "SK", r"SK[0-9a-f]{32}(?![A-Za-z0-9])"),
    _format("telegram", ":AA", r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    _format("databricks", "dapi", r"dapi[a-f0-9]{32}(?![A-Za-z0-9])"),
    _format("shopify", "shp", r"shp(?:at|ss|ca|pa)_[A-Fa-f0-9]{32}"),
    _format("vault", "hvs. hvb.", r"hv[sb]\.[A-Za-z0-9_-]{24,300}"),
    _format("grafana", "glsa_", r"glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"),
    _format("groq", "gsk_", r"gsk_[A-Za-z0-9]{40,80}"),
    _format("replicate", "r8_", r"r8_[A-Za-z0-9]{37}(?![A-Za-z0-9])"),
    _format("xai", "xai-", r"xai-[A-Za-z0-9]{60,100}"),
    _format("perplexity", "pplx-", r"pplx-[A-Za-z0-9]{40,60}"),
    _format("langsmith", "lsv2_", r"lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}"),
    _format("linear", "lin_api_", r"lin_api_[A-Za-z0-9]{32,64}"),
    _format("notion", "ntn_", r"ntn_[A-Za-z0-9]{40,60}"),
    _format("postman", "PMAK-", r"PMAK-[A-Fa-f0-9]{24}-[A-Fa-f0-9]{34}"),
    _format("new-relic", "NRAK-", r"NRAK-[A-Z0-9]{27}"),
    _format("sentry", "sntry", r"sntry[su]_[A-Za-z0-9_=+/-]{40,300}"),
    _format("supabase", "sbp_", r"sbp_[a-f0-9]{40}"),
    _format("figma", "figd_", r"figd_[A-Za-z0-9_-]{30,60}"),
    _format("terraform", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}"),
    _format("age", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
)

KEY_BEGIN = re.compile(r"-----BEGIN[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
KEY_END = re.compile(r"-----END[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
KEY_LINES = re.compile(r"(?:(?:\s|\\[nr]){0,8}[A-Za-z0-9+/=]{32,})+", re.A)
KEY_CHARACTERS = 16 * 1024


def private_keys(text: str) -> Iterator[tuple[int, int]]:
    """Blocks of private keys; one without an end as far as its lines go."""
    if "PRIVATE KEY" not in text:
        return
    last, end = 0, KEY_END.search(text)
    for begin in KEY_BEGIN.finditer(text):
        while end is not None and end.start() < begin.end():
            end = KEY_END.search(text, end.end())
        lines = KEY_LINES.match(text, begin.end())
        is_whole = end is not None and end.start() - begin.end() <= KEY_CHARACTERS
        behind = end.end() if is_whole and end is not None else lines.end() if lines is not None else 0
        if begin.start() >= last and behind > 0:
            yield begin.start(), behind
            last = behind
