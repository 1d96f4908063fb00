"""Finds values that are assigned to names of secrets, such as `API_KEY`, and passwords in addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from biot_plugin_cli.check.scan.placeholders import is_placeholder

__all__ = ["AssignedValue", "find_assigned_values", "find_passwords"]

# Where it is not read, as in $API_KEY; in some languages it is assigned to with a dollar sign, too.
_NAME = re.compile(
    r"(?<![\w$.])(?:\$(?=\w{1,79}[ \t]{0,9}=[ \t]{0,9}[\"']))?[A-Za-z_][\w.-]{1,79}(?:(?i:(?<=\bapi)) [Kk]ey)?"
)
_CLOSING = r"(?:\\?[\"'`])?[\])]{0,2}(?:\*\*|[?!])?[ \t]{0,40}"
_ANNOTATION = r"(?::[ \t]{0,4}[A-Za-z][\w.\[\]|, \t\"']{0,60}(?==))?"
# As containers get their variables: {"name": "API_KEY", "value": "..."}
_VALUE_FIELD = r",?\s{0,80}[\"']?[vV]alue[\"']?[ \t]{0,9}[:=]"
# Of a variable in Terraform: variable "api_key" { default = "..." }
_DEFAULT = r"\{[^{}=]{0,99}(?:=[^{}=]{0,99}){0,3}?\bdefault[ \t]{0,9}="
_BLOCK = r":[ \t]{0,9}(?:[|>][\d+-]{0,2}[ \t]{0,9})?\n(?:[ \t]{0,40}-)?"
# In YAML, before a value.
_TAG = r"(?:[&!][\w!-]{1,40}[ \t]{1,9})?"
# Of a call: ("API_KEY", "..."), SecretStr("...")
_ARGUMENT = r"(?P<argument>(?<=[\"'`]),(?=[ \t]{0,9}[rbfuRBFU]{0,2}[\"'`])|\()"
_ASSIGNMENT = rf"(?::=|={{1,3}}|=>|:|{_VALUE_FIELD}|{_DEFAULT}|{_ARGUMENT}|\bor\b|\|\||\?\?|\|)"
_PLAIN_ASSIGNMENT = rf"(?:{_BLOCK}|:=|={{1,3}}|=>|:|>(?:<!\[CDATA\[)?|{_VALUE_FIELD}|[ \t]|,)[ \t]{{0,40}}{_TAG}"
# Also the first members of a list or an object, and arguments with names: os.environ.get("KEY", default="...")
_MEMBER = r"(?:[\"'`][^\"'`\n]{0,60}[\"'`][,:]\s{0,9})??(?:[a-z_]{1,20}=)?"
_CALL = (
    rf"(?:\*\*|[ \t]{{0,9}}\\\n)?[ \t]{{0,40}}(?:(?:[A-Za-z_][\w.]{{0,60}}\(|[(\[{{])\s{{0,80}}{_MEMBER})?\s{{0,80}}"
)
_SCHEME = r"(?:(?:[Bb]earer|[Bb]asic|[Tt]oken)[ \t]+)?"
_QUOTED = re.compile(
    rf"{_CLOSING}{_ANNOTATION}{_ASSIGNMENT}{_CALL}[rbfuRBFU@$]{{0,2}}(?P<quote>\\?[\"'`])(?:[\"']{{2}})?"
    rf"{_SCHEME}(?P<value>[^\s\"'`\\]{{8,1000}})(?:\\n)?(?P=quote)"
)
_PLAIN = re.compile(rf"{_CLOSING}{_PLAIN_ASSIGNMENT}{_SCHEME}(?P<value>[^\s\"'`,;<>(){{}}\[\]|&\\]{{16,1000}})")
_HEADER = re.compile(r"\b(?:[Bb]earer|[Bb]asic)[ \t]+(?P<value>[\w+/=.~-]{16,1000})")
# Of curl, for such a header.
_USER = re.compile(r"(?<!\S)(?:-u|--user)[ \t=]{0,9}[\"']?[^\s:\"']{1,99}:(?P<value>[^\s\"']{16,1000})")
_ADDRESS = re.compile(r":(?:\\?/){2}(?P<user>[^\s:/@'\"<>\\]{0,200}):(?P<password>[^\s/'\"<>\\]{4,300})@")
# Without a password, as git has tokens.
_TOKEN_ADDRESS = re.compile(r":(?:\\?/){2}(?P<user>[^\s:/@'\"<>\\]{16,300}):?@")
# The query of an address, and what databases of Microsoft have instead.
_CONNECTION = re.compile(
    r"(?i)(?:://[^\s\"'`<>?]{1,200}\?|\b(?:server|host|data source|user id|uid|username)=)[^\"'`\n<>]{0,200}?"
    r"(?:(?<=[?&;])|(?<=; ))(?:password|passwd|pwd)=(?P<password>[^\s&;\"'`<>(){}$]{4,300})"
)
_PASSWORD_NAME = re.compile(r"(?i)(?:pass(?:word|wd|phrase|code)|pwd|secret)\d?$")
_IDENTIFIER = re.compile(r"[A-Za-z_][\w.]*")
_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONG = 100
_TOO_COMMON = ("key",)
_PATTERN = re.compile(r"\(\?|\[\^|\)[?*+]|\{\d")
_UUID_4 = re.compile(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_PASSWORD = re.compile(
    r"(?=.*[A-Za-z])(?=.*[\d!@#$%^&*+?])(?![\w-]+(?:[./:][\w-]+)+$)(?!\w+(?:[-_]\w+)+$)(?!.*@(?:localhost$|.*\.)).{8,64}"
)


@dataclass(frozen=True, slots=True)
class AssignedValue:
    """A value that is assigned to the name of a secret.

    Attributes:
        name: The name; empty if it is none, but a header or an address.
        start: Where the value begins.
        end: Where it ends.
        certain: Whether it looks like a key that a machine made, and not only like a password.
    """

    name: str
    start: int
    end: int
    certain: bool


def find_assigned_values(text: str, *, is_code: bool = False) -> Iterator[AssignedValue]:
    """Find values that are assigned to names of secrets, in any language that assigns with `=`, `:` or a call.

    Args:
        text: The text, in lines of bounded length.
        is_code: Whether what has no quotes is a name in a programming language.
    """
    from biot_emulator.security.secret_values import is_secret_name

    judged = 0
    for name in _NAME.finditer(text):
        if name.start() < judged or not is_secret_name(_separated(name[0])) or name[0].lower() in _TOO_COMMON:
            continue
        if quoted := _QUOTED.match(text, name.end()):
            is_password = not quoted["argument"] and _PASSWORD_NAME.search(name[0]) is not None
            yield from _judge(name[0], quoted, may_be_a_password=is_password)
        elif (plain := _PLAIN.match(text, name.end())) and not (is_code and _IDENTIFIER.fullmatch(plain["value"])):
            yield from _judge(name[0], plain, may_be_a_password=False)
            # Names in a long value have nearly the same value: each would be judged again.
            judged = plain.end() if len(plain["value"]) > _LONG else 0
    for pattern in (_HEADER, _USER):
        for match in pattern.finditer(text):
            yield from _judge("", match, may_be_a_password=False)


def find_passwords(text: str) -> Iterator[tuple[int, int]]:
    """Find the passwords in addresses, such as `https://user:password@host`; return where they begin and end."""
    for match in _ADDRESS.finditer(text):
        password = unquote(match["password"])
        if not is_placeholder(password) and password not in (match["user"], match["user"].lower()):
            yield match.span("password")
    for match in _TOKEN_ADDRESS.finditer(text):
        if not is_placeholder(match["user"]) and _is_random(match["user"]):
            yield match.span("user")
    for match in _CONNECTION.finditer(text):
        if not is_placeholder(match["password"]):
            yield match.span("password")


def _judge(name: str, match: re.Match[str], *, may_be_a_password: bool) -> Iterator[AssignedValue]:
    from detect_secrets.filters.heuristic import is_sequential_string

    value = match["value"]
    if is_placeholder(value) or is_sequential_string(value):
        return
    certain = _is_random(value)
    if certain or (may_be_a_password and _PASSWORD.fullmatch(value)):
        yield AssignedValue(name, *match.span("value"), certain)


def _separated(name: str) -> str:
    """Write `sendgridKey` as `sendgrid_Key`, so that it is a name like others."""
    return _CAMEL_CASE.sub("_", name).replace(" ", "_")


def _is_random(value: str) -> bool:
    from biot_emulator.security.random_text import looks_random

    return bool(looks_random(value) or _UUID_4.fullmatch(value)) and not _PATTERN.search(value)
