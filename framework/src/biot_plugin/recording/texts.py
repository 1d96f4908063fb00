"""Texts with stand-ins for all that is in them: what has a format keeps it, and every other word is replaced, too."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from hashlib import sha256

from biot_plugin.recording.moved_dates import MovedDates
from biot_plugin.recording.pseudonyms import Pseudonyms

#: Words from which on a text is prose, in which a word has another stand-in than elsewhere: how often it occurs tells.
_PROSE = 6
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = "|".join(_MONTHS)
_MOST_MONTHS = 12
_H = "[0-9a-fA-F]"
#: What has a format. The last one is every other run of characters that are neither punctuation nor space.
_FORMATS = re.compile(
    r"(?<![^\W_])(?:"
    rf"(?P<uuid>{_H}{{8}}-{_H}{{4}}-{_H}{{4}}-{_H}{{4}}-{_H}{{12}})(?![^\W_])"
    rf"|(?P<trace>[0-9a-f]{{2}}-[0-9a-f]{{32}}-[0-9a-f]{{16}}-[0-9a-f]{{2}})(?![^\W_])"
    r"|(?P<moment>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)(?![^\W_])"
    rf"|(?P<logged>\d{{2}}/(?:{_MONTH})/\d{{4}}:\d{{2}}:\d{{2}}:\d{{2}} [+-]\d{{4}})(?![^\W_])"
    r"|(?P<day>\d{4}-\d{2}-\d{2})(?![^\W_])"
    r"|(?P<local>\d{1,2}[./-]\d{1,2}[./-]\d{4})(?![^\W_])"
    r"|(?P<time>[012]\d:[0-5]\d(?::[0-5]\d)?)(?![^\W_]|:)"
    r"|(?P<ip>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![^\W_]|\.\d)"
    rf"|(?P<hex>(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])(?:[0-9a-f]{{8,}}|[0-9A-F]{{8,}}))(?![^\W_])"
    r")"
    r"|(?P<word>[^\s!-/:-@\[-`{-~]+)",
    re.ASCII,
)
_ADDRESS = re.compile(r"[^\s\"'<>(),:;@\[\]\\{}]{1,64}@[^\s\"'<>(),:;@\[\]\\{}/?#]{1,200}\.[^\W\d_]{2,24}(?![^\W_])")
_NON_SEPARATORS = re.compile(r"[^\s]")


class Texts:
    """Replaces all that is in a text, part by part.

    Args:
        pseudonyms: The stand-ins of the event.
        dates: Moves its dates.
        keeps: Whether a word is recorded as it is.
    """

    def __init__(self, pseudonyms: Pseudonyms, dates: MovedDates, keeps: Callable[[str], bool]) -> None:
        self._pseudonyms = pseudonyms
        self._dates = dates
        self._keeps = keeps

    def replace(self, text: str) -> str:
        """Return the stand-in for a text."""
        parts, end = [], 0
        context = self._context(text)
        for match in _ADDRESS.finditer(text) if "@" in text else ():
            parts += [self._plain(text[end : match.start()], context), self.address(match[0])]
            end = match.end()
        stand_in = "".join((*parts, self._plain(text[end:], context)))
        if stand_in == text:  # All of it is punctuation: a format of nothing.
            return _NON_SEPARATORS.sub(lambda match: self._pseudonyms.word("x", match[0]), text)
        return stand_in

    def address(self, text: str) -> str:
        """Return the stand-in for an e-mail address, whatever its case."""
        local, _, domain = text.rpartition("@")
        stand_in = f"{self._plain(local.casefold(), '')}@{self.host(domain)}"
        return stand_in.upper() if text.isupper() else stand_in

    def host(self, text: str) -> str:
        """Return the stand-in for the name of a host, in a domain that nobody can have."""
        name = text.casefold().encode("utf-8", "surrogatepass")
        return f"{self._pseudonyms.word(sha256(name).hexdigest()[:8].translate(_LETTERS), 'host')}.example"

    def _plain(self, text: str, context: str) -> str:
        return _FORMATS.sub(lambda match: self._part(match, context), text)

    def _part(self, match: re.Match[str], context: str) -> str:
        kind, text = match.lastgroup or "", match[0]
        if kind == "word":
            return text if self._keeps(text) else self._word(text, context)
        return str(getattr(self, f"_{kind}")(text))

    def _word(self, text: str, context: str) -> str:
        return self._pseudonyms.word(text, context)

    def _context(self, text: str) -> str:
        if text.count(" ") + 1 < _PROSE:
            return ""
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def _uuid(self, text: str) -> str:
        return text if self._keeps(text) else self._pseudonyms.uuid(text)

    def _hex(self, text: str) -> str:
        return self._pseudonyms.hexadecimal(text)

    def _trace(self, text: str) -> str:
        version, trace, parent, flags = text.split("-")
        return f"{version}-{self._hex(trace)}-{self._hex(parent)}-{flags}"

    def _ip(self, text: str) -> str:
        number = self._pseudonyms.seed("ip", text)
        return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{1 + number % 254}"

    def _time(self, text: str) -> str:
        number = self._pseudonyms.seed("time", text)
        parts = (number % 24, number // 24 % 60, number // 1440 % 60)
        return ":".join(f"{part:02}" for part in parts[: text.count(":") + 1])

    def _day(self, text: str) -> str:
        try:
            return text if self._keeps(text) else self._dates.date(date.fromisoformat(text)).isoformat()
        except ValueError:
            return self._word_by_word(text)

    def _local(self, text: str) -> str:
        """A date as people write it: where both numbers can be the month, they still can be."""
        first, second, year = (int(part) for part in re.split("[./-]", text))
        is_day_first = second <= _MOST_MONTHS
        try:
            moved = self._dates.date(date(year, *((second, first) if is_day_first else (first, second))))
        except ValueError:
            return self._word_by_word(text)
        day = moved.day if max(first, second) > _MOST_MONTHS else 1 + moved.day % _MOST_MONTHS
        if (day, moved.month) == ((first, second) if is_day_first else (second, first)):
            day = 1 + day % _MOST_MONTHS
        one, other = (day, moved.month) if is_day_first else (moved.month, day)
        return f"{one:02}{text[-5]}{other:02}{text[-5]}{moved.year:04}"

    def _moment(self, text: str) -> str:
        match = _MOMENT.fullmatch(text)
        try:
            moment = datetime.fromisoformat(f"{match['day']}T{match['time']}")  # type: ignore[index]
            moved = self._dates.moment(moment.replace(tzinfo=_zone(match["zone"])))  # type: ignore[index]
        except (ValueError, OverflowError, TypeError):
            return self._word_by_word(text)
        return self._like(match, moved)  # type: ignore[arg-type]

    def _like(self, match: re.Match[str], moved: datetime) -> str:
        written = moved.replace(tzinfo=None).isoformat(match["separator"], "seconds")
        written = written if match["time"].count(":") > 1 else written[:-3]
        fraction = match["fraction"]
        if fraction:
            digits = fraction if not int(fraction) else self._pseudonyms.digits(fraction)
            written += f".{digits}"
        return written + (match["zone"] or "")

    def _logged(self, text: str) -> str:
        try:
            moment = datetime(
                int(text[7:11]), 1 + _MONTHS.index(text[3:6]), int(text[:2]), int(text[12:14]), int(text[15:17]),
                int(text[18:20]), tzinfo=_zone(text[21:]),
            )  # fmt: skip
            moved = self._dates.moment(moment)
        except (ValueError, OverflowError):
            return self._word_by_word(text)
        return f"{moved.day:02}/{_MONTHS[moved.month - 1]}/{moved.year:04}:{moved:%H:%M:%S} {text[21:]}"

    def _word_by_word(self, text: str) -> str:
        """Replace what looks like a date, and is none."""
        return re.sub(r"\d+|[^\W\d_]+", lambda match: self._pseudonyms.word(match[0]), text)


_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?P<separator>[T ])(?P<time>\d{2}:\d{2}(?::\d{2})?)(?:\.(?P<fraction>\d{1,9}))?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return timezone.utc
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
