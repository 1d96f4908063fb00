"""An author's function, made safe to call: it takes an event, and what it returns is checked."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, get_args, get_origin

from biot_plugin.errors import InvalidResult, RegistrationError
from biot_plugin.events.base import Event

if TYPE_CHECKING:
    from biot_plugin.bodies.models import Model


class Next(Protocol):
    """What is inside a middleware: the next one, or the handler. It raises what they raise."""

    def __call__(self, event: Event) -> None:
        """Hands the event on."""


class Function:
    """A function with a name and a place that errors can point at."""

    __slots__ = ("_call", "_is_async", "name", "place")

    def __init__(self, call: Callable[..., Any], parameters: int) -> None:
        self._call = call
        self._is_async = inspect.iscoroutinefunction(call)
        self.name: str = getattr(call, "__qualname__", type(call).__name__)
        self.place = _place_of(call)
        _check_parameters(call, parameters, self)

    def __str__(self) -> str:
        return f"{self.name} ({self.place})"

    def run(self, event: Event, *arguments: Any) -> None:
        """Calls the function, and hands what it returns to the event.

        Raises:
            InvalidResult: It returned what the event cannot take.
        """
        result = self._call(event, *arguments)
        if self._is_async:
            from biot_plugin.hooks.async_handler import run

            result = run(result)
        if result is not None and not event._accept(result):
            raise InvalidResult(f"{self.name} returned {_described(result)}; it may return {event.may_return}")


class Handler(Function):
    """A function that handles events, with the model that it asks for."""

    __slots__ = ("_model",)

    def __init__(self, call: Callable[..., Any], event_class: type[Event], names: dict[str, Any]) -> None:
        super().__init__(call, 1)
        self._model = _model_in(call, event_class, names, self)

    def __call__(self, event: Event) -> None:
        """Handles an event."""
        if self._model is not None:
            event._bind(self._model)
        self.run(event)


class Middleware(Function):
    """A function around every handler."""

    __slots__ = ()

    def __init__(self, call: Callable[..., Any]) -> None:
        super().__init__(call, 2)
        if self._is_async:
            raise RegistrationError(f"Middleware {self} must be a plain function: write def instead of async def")

    def around(self, call_next: Next) -> Next:
        """The middleware with `call_next` inside it."""
        return lambda event: self.run(event, call_next)


def _place_of(call: Callable[..., Any]) -> str:
    code = getattr(inspect.unwrap(call), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else type(call).__module__


def _check_parameters(call: Callable[..., Any], count: int, function: Function) -> None:
    try:
        inspect.signature(call).bind(*range(count))
    except TypeError:
        wanted = "the event" if count == 1 else "the event and call_next"
        raise RegistrationError(f"{function} must take {wanted} and nothing else that is required") from None
    except ValueError:  # A callable without a signature, written in C.
        return


def _model_in(
    call: Callable[..., Any], event_class: type[Event], names: dict[str, Any], function: Function
) -> Model[Any] | None:
    """The model in the annotation of a handler's first parameter, `PreRequest[Model]`."""
    annotation = _resolved(_first_annotation(call, function), call, names, function)
    origin = get_origin(annotation) or annotation
    if isinstance(origin, type) and issubclass(origin, Event) and not issubclass(event_class, origin):
        raise RegistrationError(f"{function} takes {origin.__name__}, but is registered for {event_class.__name__}")
    parameters = get_args(annotation)
    if origin is not event_class or not parameters or _is_plain(parameters[0]):
        return None
    from biot_plugin.bodies.models import model_of

    try:
        return model_of(parameters[0])
    except TypeError as error:
        raise RegistrationError(f"{function} asks for a model that cannot be used: {error}") from None


def _first_annotation(call: Callable[..., Any], function: Function) -> Any:
    try:
        annotations = dict(getattr(call, "__annotations__", {}))
    except NameError as error:
        raise RegistrationError(f"The types of {function} cannot be resolved: {error}") from None
    annotations.pop("return", None)
    return next(iter(annotations.values()), None)


def _resolved(annotation: Any, call: Callable[..., Any], names: dict[str, Any], function: Function) -> Any:
    """The annotation as an object. Text without brackets names no model, so it is not worth resolving."""
    if not isinstance(annotation, str):
        return annotation
    scope = getattr(inspect.unwrap(call), "__globals__", {})
    try:
        return eval(annotation, scope, names)  # noqa: S307  # the author's own source, as typing.get_type_hints does
    except Exception as error:
        if "[" not in annotation:
            return None
        raise RegistrationError(
            f"The type {annotation} of {function} cannot be resolved ({error}): the model must be importable when the "
            "plugin is loaded, not under TYPE_CHECKING"
        ) from None


def _is_plain(parameter: Any) -> bool:
    """Whether a type parameter means the JSON object itself."""
    return parameter is Any or (get_origin(parameter) or parameter) is dict


def _described(result: object) -> str:
    return f"a {type(result).__name__}"
