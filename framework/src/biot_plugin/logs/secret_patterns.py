"""The patterns of what is secret. To compile them takes a millisecond, so `init_phase` has it done."""

from __future__ import annotations

import re

#: What is secret in a text; the first group stays. All text comes from outside, so each pattern takes time in
#: proportion to its length: a word of letters and hyphens is looked at once, from its beginning, and not again from
#: each `eyJ` in it. The emulator and the commands, which do not import this package, have the same patterns.
SECRETS = (
    # As in a form, a query string, or a program's output of its settings; up to the word Bearer, which is next.
    r"(=(?i:(?<=authorization=)|(?<=jwt=)|(?<=password=)|(?<=passwd=)|(?<=secret=)|(?<=secretkey=)|(?<=secret[-_]key=)"
    r"|(?<=apikey=)|(?<=api[-_]key=)|(?<=cookie=)|(?<=cookies=)|(?<=token=)|(?<=signature=))(?=[^&\s]))"
    r"[^&\s]*?(?=(?i:bearer)?;?(?:[&\s]|$))",
    # What follows the word Bearer, up to a word that is or ends in Bearer itself.
    r"((?i:bearer)\s+(?=[^\s\"'\\,]))[^\s\"'\\,]*?(?=(?i:bearer)?(?:[\s\"'\\,]|$))",
    # As in JSON and Python, within texts too: up to the same quote; what follows the word Bearer has been hidden.
    r"((?i:authorization|jwt|password|passwd|secret(?:[-_]?key)?|api[-_]?key|cookies?|token)\\{0,3}[\"']\s?:\s?"
    r"(\\{0,3}[\"']))(?!(?i:bearer)\s)(?:(?!\2)(?:\\.|[^\n]))+",
    # As in a header.
    r"((?i:authorization):[ \t]?(?i:basic|token|apikey)[ \t]+(?=\S))\S+",
    # A password in an address.
    r"(://[^\s:/@\"']{0,200}:)[^\s/@\"']+(?=@)",
    # A JWT or JWE, whatever precedes it. Of several `eyJ` in a word, the first one has the most after it.
    r"(?<![\w-])(?=([\w-]*?)eyJ)\1eyJ(?:[\w-]{5,}\.{1,2}[\w-]|[\w-]{0,4}\.[\w-]+\.[\w-])[\w.-]*(?<!\.)",
)
#: Validation libraries quote the offending value in the text of their errors: what comes before it, and after it.
QUOTES = {"input_value=": ", input_type=", "with value `": "` -"}
#: Two texts without one of which a pattern cannot match, and the pattern: most texts have no secret.
_NEEDED = (("=", "="), ("", ""), ('"', "'"), (":", ":"), ("://", "://"), ("eyJ", "eyJ"))
PATTERNS = tuple((*texts, re.compile(pattern)) for texts, pattern in zip(_NEEDED, SECRETS))  # noqa: B905
#: What precedes a value that a validation library quotes.
QUOTE = re.compile("|".join(QUOTES))
