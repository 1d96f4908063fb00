"""Bodies of API calls as values of a type, with the adapters that handlers' models have."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from biot_plugin.bodies.annotations.unknown_choices import UnknownChoices
from biot_plugin.bodies.model_adapters import create_model
from biot_plugin.bodies.unwritable import Unwritable
from biot_plugin.errors import InvalidBody
from biot_plugin.platform_errors import UnexpectedAnswer

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

    from biot_plugin.http.messages import Request


class AnswerType:
    """Reads answers as values of one type.

    Args:
        model_class: A pydantic model, msgspec struct, dataclass or TypedDict.

    Raises:
        TypeError: It is none of these, or cannot be read.
    """

    def __init__(self, model_class: Any) -> None:
        self._name = getattr(model_class, "__name__", repr(model_class))
        self._model = create_model(model_class, is_written=False)
        self._choices = UnknownChoices.of(model_class)

    def read(self, request: Request, status: int, json: Any, logger: Logger) -> Any:
        """Return the value of an answer.

        Args:
            request: The call.
            status: The status of the answer.
            json: The answer, or an entity in it.
            logger: Logs choices that the type does not know.

        Raises:
            UnexpectedAnswer: It does not match the type; the error names the places, and no values.
        """
        try:
            value = self._model.load(json)
        except InvalidBody as error:
            places = ", ".join(problem["path"] or "the whole" for problem in error.details["errors"])
            reason = f"answered {status}, which does not match {self._name}: {places}"
            raise UnexpectedAnswer(request.call, reason, status=status, trace_id=request.trace_id) from None
        if self._choices is not None:
            self._choices.look(json, logger)
        return value

    def dump(self, value: Any) -> Any:
        """Return the JSON of a value. Raises TypeError where it has none."""
        try:
            return self._model.dump(value)
        except Unwritable as error:
            raise TypeError(f"the body is a {self._name} that cannot be sent: {error}") from None


@lru_cache(maxsize=256)
def answer_type(model_class: Any) -> AnswerType:
    """Return what reads answers as a type. Raises TypeError as `AnswerType` does."""
    return AnswerType(model_class)


def to_json(value: Any) -> Any:
    """Return the JSON of an object of a model's class. Raises TypeError where it has none."""
    model_class: Any = type(value)
    return answer_type(model_class).dump(value)
