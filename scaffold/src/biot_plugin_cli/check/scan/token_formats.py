"""The formats of tokens: those of detect-secrets, and those that it lacks."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

__all__ = ["TokenMatch", "find_tokens"]


@dataclass(frozen=True, slots=True)
class TokenMatch:
    """A token in a text.

    Attributes:
        kind: What it is, with its article.
        start: Where it begins.
        end: Where it ends.
        value: What is secret of it.
    """

    kind: str
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class _Format:
    """Patterns of tokens, of which each has one of the beginnings in it; without beginnings, any text may."""

    kind: str
    beginnings: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]


# Modules and classes of detect-secrets. Its other rules are about names that values are assigned to, about addresses of
# machines, or not linear: the module `assigned_values` and the formats below take their place.
_OF_THE_LIBRARY = {
    "a GitHub token": ("github_token", "GitHubTokenDetector"),
    "a GitLab token": ("gitlab_token", "GitLabTokenDetector"),
    "a Slack token": ("slack", "SlackDetector"),
    "a Stripe key": ("stripe", "StripeDetector"),
    "a SendGrid key": ("sendgrid", "SendGridDetector"),
    "a key of an Azure storage account": ("azure_storage_key", "AzureStorageKeyDetector"),
    "a PyPI token": ("pypi_token", "PypiTokenDetector"),
    "a Twilio key": ("twilio", "TwilioKeyDetector"),
    "an AWS access key": ("aws", "AWSKeyDetector"),
    "a Mailchimp key": ("mailchimp", "MailchimpDetector"),
    "a Telegram token": ("telegram_token", "TelegramBotTokenDetector"),
    "a Discord token": ("discord", "DiscordBotTokenDetector"),
    "a Square secret": ("square_oauth", "SquareOAuthDetector"),
}
_NOT_WITHIN = r"(?<![A-Za-z0-9])"
_MORE: tuple[tuple[str, str, str], ...] = (
    ("a token", "eyJ", r"(?<![\w-])eyJ[\w-]{8,}+\.eyJ[\w-]{8,}+\.[\w-]{16}"),
    ("a GitHub token", "github_pat_", r"github_pat_\w{36}"),
    ("a GitLab token", "gl", r"gl(?:pat|dt|rtr?|cbt|ptt|ft|imt|agent|oas|soat|ffct|wt)-[\w-]{20}"),
    ("a Slack token", "xapp-", r"xapp-\d-[A-Za-z0-9]{6,20}-\d{6,20}-[a-f0-9]{32}"),
    ("a Slack token", "xox", r"xox[a-z](?:\.xox[a-z])?-[\w-]{24}"),
    ("a Slack webhook", "hooks.slack.com", r"hooks\.slack\.com\\?/(?:workflows|triggers)\\?/[\w\\/]{20}"),
    ("a Stripe key", "k_", r"[rs]k_(?:org_)?(?:live|test|prod)_[A-Za-z0-9]{16}"),
    ("a Stripe key", "whsec_", r"whsec_[A-Za-z0-9+/=]{24}"),
    ("a Google key", "AIza", r"AIza[\w-]{35}(?![\w-])"),
    ("a Google key", "GOCSPX-", r"GOCSPX-[\w-]{28}"),
    ("a Google token", "ya29.", r"ya29\.(?:[a-z]\.)?[\w-]{20}"),
    ("a Google token", "1//0", r"1//0[\w-]{40}"),
    ("an Azure key", "SharedAccessKey=", r"SharedAccessKey=[A-Za-z0-9+/]{43}="),
    ("an Azure key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{86}=="),
    ("an Azure secret", "Q~", r"(?<=\dQ~)[\w~.-]{31,34}(?![\w~.-])"),
    ("an Azure signature", "sig=", r"(?<=[?&]sig=)[A-Za-z0-9%+/]{43,80}"),
    ("a Teams webhook", "webhook.office.com", r"webhook\.office\.com\\?/webhookb2\\?/[\w@\\/-]{60}"),
    ("a Discord webhook", "webhooks/", r"discord(?:app)?\.com\\?/api\\?/webhooks\\?/\d{10,20}\\?/[\w-]{60}"),
    ("an npm token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    ("an npm token", ":_", r":_(?:authToken|auth|password)[ \t]{0,9}=[ \t]{0,9}(?P<value>[^\s\"']{8,300})"),
    ("a PyPI token", "pypi-", r"pypi-AgE[\w-]{50}"),
    ("an OpenAI key", "sk-", r"sk-(?:proj|svcacct|admin)-[\w-]{20}"),
    ("an OpenAI key", "sk-", r"sk-[A-Za-z0-9]{48}"),
    ("an Anthropic key", "sk-ant-", r"sk-ant-[\w-]{20}"),
    ("a Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{34}"),
    ("a DigitalOcean token", "_v1_", r"do[opr]_v1_[a-f0-9]{64}"),
    ("a Shopify token", "shp", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("an Atlassian token", "AT", r"AT(?:ATT3|BB|CTT3)[\w=-]{32}"),
    ("a Databricks token", "dapi", r"dapi[a-f0-9]{32}"),
    ("a Docker token", "dckr_", r"dckr_(?:pat|oat)_[\w-]{20}"),
    ("a New Relic key", "NRAK-", r"NRAK-[A-Z0-9]{27}"),
    ("a Linear key", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{40}"),
    ("a Postman key", "PMAK-", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    ("a Grafana token", "gl", r"gl(?:sa|c)_[\w+/=]{32}"),
    ("a Sentry token", "sntr", r"sntry[su]_[\w+/=]{40}"),
    ("a Vault token", "hv", r"hv[sbr]\.[\w-]{24}"),
    ("a Terraform token", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60}"),
    ("a Square token", "sq0atp-", r"sq0atp-[\w-]{22}"),
    ("a Mailgun key", "key-", r"key-[a-f0-9]{32}(?![a-f0-9])"),
    ("a RubyGems key", "rubygems_", r"rubygems_[a-f0-9]{48}"),
    ("a Pulumi token", "pul-", r"pul-[a-f0-9]{40}"),
    ("a Doppler token", "dp.", r"dp\.[a-z]{2}\.[A-Za-z0-9]{40}"),
    ("an age key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    ("a private key", "PuTTY-User-Key-File-", r"PuTTY-User-Key-File-[23]:"),
    (
        "an AWS secret key",
        "",
        r"(?i:aws_?secret_?(?:access_?)?key['\"]?[ \t]*[=:][ \t]*['\"]?(?P<value>[\w/+]{40}))(?![\w/+])",
    ),
    (
        "a secret of the platform's",
        "BIOT_",
        r"BIOT_(?:PLUGIN_PASSWORD|PLUGIN_SERVICE_SECRET|SERVICE_USER_SECRET_KEY)(?:['\"]?[ \t]*[=:][ \t]*"
        r"(?P<value>'[^'\s${<]{6,}'|\"[^\"\s${<]{6,}\")|[ \t]*[=:][ \t]*"
        # Not what Terraform refers to.
        r"(?!(?:var|local|module|data)\.[a-z])(?P<plain>[^\s'\"${<()\[]{6,}(?=\s|$)))",
    ),
)
_KEY = r"-{4,5} ?BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}\s{0,80}(?:\\r)?(?:\\n|\n)?[\w+/=:,.\r\n -]{16}"


def find_tokens(text: str) -> Iterator[TokenMatch]:
    """Find tokens in a text.

    Args:
        text: The text, in lines of bounded length.
    """
    for token_format in _formats():
        if not token_format.beginnings or any(map(text.__contains__, token_format.beginnings)):
            for pattern in token_format.patterns:
                for match in pattern.finditer(text):
                    if not _continues_a_word(text, match.start()):
                        value = match[match.lastgroup] if match.lastgroup else match[0]
                        yield TokenMatch(token_format.kind, match.start(), match.end(), value)


def _continues_a_word(text: str, start: int) -> bool:
    """Whether a match only is the end of a longer word, such as the hash of a file."""
    return start > 0 and text[start].isalnum() and text[start - 1].isalnum()


@cache
def _formats() -> tuple[_Format, ...]:
    own = [_Format(kind, (beginning,) * bool(beginning), (re.compile(rule),)) for kind, beginning, rule in _MORE]
    return (
        *own,
        _Format("a private key", ("PRIVATE KEY",), (re.compile(_KEY),)),
        *(_Format(kind, (), _denylist(*place)) for kind, place in _OF_THE_LIBRARY.items()),
    )


def _denylist(module: str, name: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of a detector of detect-secrets, which is imported when it is needed: that takes a while.

    Of the library, nothing but its patterns is used, so that it neither starts processes nor asks an issuer about a
    token.
    """
    with warnings.catch_warnings():
        # It imports an HTTP client that it needs for nothing here, and that warns of versions of what it needs itself.
        warnings.simplefilter("ignore")
        return tuple(getattr(import_module(f"detect_secrets.plugins.{module}"), name).denylist)
