"""The types of attributes that `biot-plugin types` writes: what a text stands for, and what can be selected.

They are types of JSON with a note in them. Type checkers see the plain type, and the testing kit makes values that fit
the note. A body is never refused for it: what is valid is for the platform to say, whose templates may have changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeVar

if TYPE_CHECKING:
    from typing import TypeAlias

__all__ = [
    "Attribute",
    "Choice",
    "Country",
    "Date",
    "DateTime",
    "Email",
    "Label",
    "Locale",
    "Paragraph",
    "Phone",
    "Timezone",
    "UnknownChoice",
    "Uuid",
]


class Attribute(NamedTuple):
    """What a template says of an attribute.

    Attributes:
        type: The platform's name of its type, such as `EMAIL`; `UUID` for ids, `COUNTRY` for codes of countries.
        least: The least number, or the least length of a text.
        most: The greatest number, or length.
        pattern: What a text must match as a whole.
        choices: What can be selected.
    """

    type: str
    least: float | None = None
    most: float | None = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()


class UnknownChoice(str):
    """A selected value that the types do not know, as the platform has got it since: a plain text when it is read.

    It is a type of its own so that type checkers ask for what happens then, and take it where it is sent on.
    """

    __slots__ = ()


Label = Annotated[str, Attribute("LABEL")]
"""A text of one line."""
Paragraph = Annotated[str, Attribute("PARAGRAPH")]
"""A longer text."""
Email = Annotated[str, Attribute("EMAIL")]
"""An address of mail."""
Phone = Annotated[str, Attribute("PHONE")]
"""A phone number in the format E.164, such as `+12025550123`."""
Date = Annotated[str, Attribute("DATE")]
"""A day in ISO 8601, such as `2026-01-31`."""
DateTime = Annotated[str, Attribute("DATE_TIME")]
"""A moment in ISO 8601, such as `2026-01-31T12:00:00.000Z`."""
Country = Annotated[str, Attribute("COUNTRY")]
"""The code of a country in ISO 3166, such as `NO`."""
Locale = Annotated[str, Attribute("LOCALE")]
"""A locale, such as `en-us`."""
Timezone = Annotated[str, Attribute("TIMEZONE")]
"""A time zone, such as `Europe/Oslo`."""
Uuid = Annotated[str, Attribute("UUID")]
"""An id, such as `3fa85f64-5717-4562-b3fc-2c963f66afa6`."""

if TYPE_CHECKING:
    Known = TypeVar("Known", bound=str)
    Choice: TypeAlias = Known | UnknownChoice
else:

    class Choice:
        """One of the texts of a `Literal`, as in `Choice[Literal["MALE", "FEMALE"]]`, or an `UnknownChoice`.

        Any text is valid: the platform may have got another choice since the types were made.
        """

        def __class_getitem__(cls, literal):
            choices = getattr(literal, "__args__", ())
            return Annotated[str, Attribute("SINGLE_SELECT", choices=choices)]
