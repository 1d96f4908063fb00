"""Finds the model in a handler's annotation, such as `Patient` in `PreRequest[Patient]`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_args, get_origin

from biot_plugin.errors import RegistrationError
from biot_plugin.events.base import Event
from biot_plugin.events.interception import Interception

if TYPE_CHECKING:
    from biot_plugin.bodies.model_values import ModelUse
    from biot_plugin.hooks.function import Function


def find_model(
    call: Callable[..., Any],
    event_class: type[Event],
    names: dict[str, Any],
    function: Function,
    *,
    normalize: bool = False,
) -> ModelUse | None:
    """Return the model in the annotation of a handler's first parameter; None where it names no model.

    Args:
        call: The handler.
        event_class: The class of the events that it handles.
        names: The local names at the place where the handler is defined.
        function: The handler as error messages name it.
        normalize: Whether what validation changes is written back.

    Raises:
        RegistrationError: The annotation is of another event, cannot be resolved, or names an unusable model; or
            there is nothing to normalize.
    """
    annotation = _resolve(_first_annotation(call, function), call, names, function)
    origin = get_origin(annotation) or annotation
    if isinstance(origin, type) and issubclass(origin, Event) and not issubclass(event_class, origin):
        raise RegistrationError(f"{function} takes {origin.__name__}, but is registered for {event_class.__name__}")
    parameters = get_args(annotation)
    if origin is not event_class or not parameters or _is_plain_json(parameters[0]):
        if normalize:
            raise RegistrationError(
                f"{function} has no model whose validation could change anything: leave out normalize=True, or name "
                f"the model, as in {event_class.__name__}[Patient]"
            )
        return None
    from biot_plugin.bodies.annotations.unknown_choices import UnknownChoices
    from biot_plugin.bodies.model_adapters import create_model
    from biot_plugin.bodies.model_values import ModelUse

    is_written = issubclass(event_class, Interception)
    try:
        model = create_model(parameters[0], is_written=is_written)
        return ModelUse(model, function.name, normalize, is_written, UnknownChoices.of(parameters[0]))
    except TypeError as error:
        raise RegistrationError(f"{function} has a model that cannot be used: {error}") from None


def _first_annotation(call: Callable[..., Any], function: Function) -> Any:
    try:
        annotations = dict(getattr(call, "__annotations__", {}))
    except NameError as error:  # pragma: no cover  # only Python 3.14 and newer evaluate annotations lazily
        raise RegistrationError(f"The types of {function} cannot be resolved: {error}") from None
    annotations.pop("return", None)
    return next(iter(annotations.values()), None)


def _resolve(annotation: Any, call: Callable[..., Any], names: dict[str, Any], function: Function) -> Any:
    """Evaluate an annotation. Text without brackets names no model, so it need not be resolvable."""
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


def _is_plain_json(parameter: Any) -> bool:
    """Whether a type parameter stands for plain JSON."""
    return parameter is Any or (get_origin(parameter) or parameter) is dict
