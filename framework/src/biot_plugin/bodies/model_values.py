"""Values of a handler's model, together with the JSON that they were read from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from biot_plugin.bodies import tracking
from biot_plugin.bodies.model_shape import NEW, is_json
from biot_plugin.bodies.model_writer import Writer
from biot_plugin.bodies.read_values import ReadValues, has_elements
from biot_plugin.bodies.unwritable import Unwritable
from biot_plugin.errors import InvalidBody, InvalidResult

if TYPE_CHECKING:
    from biot_plugin.bodies.annotations.unknown_choices import UnknownChoices
    from biot_plugin.bodies.model import Model


class ModelUse(NamedTuple):
    """How a handler uses a model.

    Attributes:
        model: The model.
        function: The handler's name, for error messages.
        normalize: Whether what validation changed is written back.
        is_written: Whether anything is written back.
        choices: Finds the choices that the model does not know; None where it has none.
    """

    model: Model
    function: str
    normalize: bool = False
    is_written: bool = True
    choices: UnknownChoices | None = None


class ModelValue:
    """A body as a value of a model.

    Attributes:
        value: The value.
        is_assigned: Whether the handler put a value into its place, and did not only change it.
        valid_json: None, as a body is written and validated in any case.
    """

    valid_json: None = None

    __slots__ = ("_body", "_json", "_read", "_use", "is_assigned", "value")

    def __init__(self, use: ModelUse, json: Any) -> None:
        self._use = use
        self._json = json
        self.value = use.model.load(json)
        self.is_assigned = False
        self._read = ReadValues(use.model)
        if use.is_written and not use.model.is_json:
            self._read.add([self.value], [json])
        self._body = self.value

    @property
    def hands_out_json(self) -> bool:
        """Whether a handler may change the JSON itself, and not only the value."""
        return self._use.model.is_json or not self._read.is_separate

    def accepts(self, value: object) -> bool:
        """Whether a value may take the body's place."""
        return isinstance(value, (self._use.model.root_class, dict))

    def is_untouched(self, json: Any) -> bool:
        """Whether what was written is what was read."""
        return not self.is_assigned and json is self._json

    def to_json(self) -> Any:
        """Return the JSON with the changes of the value; everything else in it is preserved.

        Raises:
            InvalidResult: The value cannot be written, or does not match the model.
        """
        if self._is_unchanged():
            return self._json
        json = self._write()
        if self._use.model.is_json:
            if self.value is self._body and json:
                _validate(self._use, json, "the body")
        elif json is not self._json and not isinstance(self.value, dict):
            _validate(self._use, json, "the body")
        return json

    def _is_unchanged(self) -> bool:
        return (
            self.value is self._body
            and not (self.hands_out_json or self.is_assigned or self._use.normalize)
            and not self._read.changed()
        )

    def _write(self) -> Any:
        if isinstance(self.value, dict) and is_json(self.value):
            return self.value
        if not self.accepts(self.value):
            raise InvalidResult(
                f"{self._use.function} leaves a {type(self.value).__name__} as the body, "
                f"not a {self._use.model.root_class.__name__} or a dict"
            )
        writer = Writer(self._use.model, self._read, normalize=self._use.normalize)
        try:
            body = tracking.find(self._body)
            if self.is_assigned and body is not None and not isinstance(self.value, dict):
                return writer.write_body(self.value, body)
            return writer.write(self.value, NEW if self.is_assigned else self._json)
        except Unwritable as error:
            raise InvalidResult(f"{self._use.function} leaves a body that cannot be sent: {error}") from None
        except RecursionError:
            raise InvalidResult(f"{self._use.function} leaves a body that is nested too deeply, or in itself") from None

    def close(self) -> None:
        """Forget what was read."""
        self._read.close()


class ModelList:
    """Entities as values of a model.

    Attributes:
        value: The list of values.
        is_assigned: Whether the handler put a list into its place, and did not only change it.
    """

    __slots__ = ("_before", "_came", "_json", "_json_of", "_read", "_unchanged", "_use", "is_assigned", "value")

    def __init__(self, use: ModelUse, json: list[Any]) -> None:
        self._use = use
        self._json = json
        self._came = tuple(json)
        self._before = use.model.load_all(json)
        self.value: Any = json if use.model.is_json else list(self._before)
        self.is_assigned = False
        self._read = ReadValues(use.model)
        if not use.model.is_json:
            self._read.add(self._before, json)
        self._unchanged: dict[int, Any] = {}
        self._json_of: dict[int, Any] = {}

    @property
    def valid_json(self) -> list[Any] | None:
        """The entities, where they are the JSON itself: valid if they are written as they came."""
        return self.value if self._use.model.is_json and type(self.value) is list else None

    @property
    def hands_out_json(self) -> bool:
        """Whether a handler may change the JSON itself, and not only the values."""
        return self._use.model.is_json or not self._read.is_separate

    def accepts(self, value: object) -> bool:
        """Whether a value may take the list's place."""
        return isinstance(value, list)

    def is_untouched(self, json: Any) -> bool:
        """Whether what was written is what was read."""
        return not self.is_assigned and json is self._json

    def to_json(self) -> list[Any]:
        """Return the JSON of the entities in the list, each with what it was read with.

        Raises:
            InvalidResult: An entity cannot be written, or does not match the model.
        """
        if not self._use.model.is_json:
            self._follow_json()
        changed = self._find_changed()
        if not (self.is_assigned or changed) and has_elements(self.value, self._before):
            return self._json
        if not isinstance(self.value, Iterable):
            raise InvalidResult(f"{self._use.function} leaves a {type(self.value).__name__} as entities, not a list")
        self.value = list(self.value)
        self._json_of = dict(zip(map(id, self._before), self._came))  # noqa: B905
        self._unchanged = {
            id(value): self._came[place] for place, value in enumerate(self._before) if place not in changed
        }
        writer = Writer(self._use.model, self._read, normalize=self._use.normalize)
        json = [self._write(writer, index, value) for index, value in enumerate(self.value)]
        self._validate(json)
        is_same = has_elements(json, self._json) and not self._use.model.is_json
        return self._json if is_same or not (json or self._json) else json

    def _follow_json(self) -> None:
        """Do to the list what was done to the JSON, which a middleware may have got before the handler."""
        if self.is_assigned or has_elements(self._json, self._came):
            return
        values = dict(zip(map(id, self._came), self._before))  # noqa: B905
        followed = [values.get(id(element), element) for element in self._json]
        if not (has_elements(self.value, self._before) or has_elements(self.value, followed)):
            raise InvalidResult(
                f"{self._use.function} leaves other entities in its list, and a middleware in the one that it got "
                "before: change one of them"
            )
        self.value = followed

    def _find_changed(self) -> set[int]:
        """Return the places, in the list that was read, of the entities that need to be written."""
        if self.hands_out_json or self._use.normalize:
            return set(range(len(self._before)))
        return self._read.changed()

    def _validate(self, json: list[Any]) -> None:
        """Validate the entities that were written, at once."""
        pairs = enumerate(zip(self.value, json))  # noqa: B905
        places = [place for place, (value, written) in pairs if self._is_validated(value, written)]
        try:
            self._use.model.load_all([json[place] for place in places])
        except InvalidBody:
            for place in places:  # pragma: no branch  # One of them raises, with the place.
                _validate(self._use, json[place], f"entity {place}")

    def _write(self, writer: Writer, index: int, value: Any) -> Any:
        if id(value) in self._unchanged:
            return self._unchanged[id(value)]
        if isinstance(value, dict) and is_json(value):
            return value
        if not isinstance(value, (self._use.model.root_class, dict)):
            raise InvalidResult(
                f"{self._use.function} leaves a {type(value).__name__} as entity {index}, "
                f"not a {self._use.model.root_class.__name__} or a dict"
            )
        try:
            return writer.write(value, self._json_of.get(id(value), NEW))
        except Unwritable as error:
            raise InvalidResult(
                f"{self._use.function} leaves entity {index} so that it cannot be sent: {error}"
            ) from None
        except RecursionError:
            raise InvalidResult(f"{self._use.function} leaves entity {index} nested too deeply, or in itself") from None

    def _is_validated(self, value: Any, written: Any) -> bool:
        """Whether an entity must match the model: a dict may be anything, but for a TypedDict that was read."""
        if isinstance(value, dict):
            return self._use.model.is_json and id(value) in self._json_of
        return written is not self._json_of.get(id(value))

    def close(self) -> None:
        """Forget what was read."""
        self._read.close()


def _validate(use: ModelUse, json: Any, subject: str) -> None:
    """Validate what is sent. Messages of the libraries may contain values, so only the places are named."""
    try:
        use.model.load(json)
    except InvalidBody as error:
        paths = ", ".join(problem["path"] or "the whole" for problem in error.details["errors"])
        raise InvalidResult(
            f"{use.function} leaves {subject} so that it does not match the handler's model: {paths}"
        ) from None
