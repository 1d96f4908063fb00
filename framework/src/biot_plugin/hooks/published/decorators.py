"""What decorators are to type checkers for names that the platform does not publish.

A misspelt literal is an error in the editor, and any other `str` is possible: the platform may offer more than was
published. An object of these classes decorates a function only if the type of its name is not that of one literal,
which shows because their type variables are invariant. Checkers infer the type of a literal where the bound of a
variable asks for it: mypy if there is a literal in it, others if it is `LiteralString`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Generic, TypeVar

    from typing_extensions import LiteralString

    from biot_plugin.events.interception import PreRequest
    from biot_plugin.events.notification import Notification
    from biot_plugin.events.response_interception import AdaptEntity, PostRequest
    from biot_plugin.hooks.published.names import ApiId

    Name = TypeVar("Name", bound="ApiId | str")
    OtherName = TypeVar("OtherName", bound="ApiId | str")
    LiteralName = TypeVar("LiteralName", bound=LiteralString)
    OtherLiteralName = TypeVar("OtherLiteralName", bound=LiteralString)
    PreHandler = TypeVar("PreHandler", bound=Callable[[PreRequest[Any]], object])
    PostHandler = TypeVar("PostHandler", bound=Callable[[PostRequest[Any]], object])
    AdaptHandler = TypeVar("AdaptHandler", bound=Callable[[AdaptEntity[Any]], object])
    NotificationHandler = TypeVar("NotificationHandler", bound=Callable[[Notification[Any]], object])

    class UnknownPreRequest(Generic[Name]):
        """PRE_REQUEST of an API that is not published: write a published id, or pass it as a `str`."""

        def __call__(
            self: UnknownPreRequest[str] | UnknownPreRequest[LiteralString], function: PreHandler
        ) -> PreHandler:
            """Register the function."""
            raise NotImplementedError

    class UnknownPostRequest(Generic[Name]):
        """POST_REQUEST of an API that is not published: write a published id, or pass it as a `str`."""

        def __call__(
            self: UnknownPostRequest[str] | UnknownPostRequest[LiteralString], function: PostHandler
        ) -> PostHandler:
            """Register the function."""
            raise NotImplementedError

    class UnknownEntityType(Generic[Name]):
        """ADAPT_ENTITY of a type that is not published: write a published one, or pass it as a `str`."""

        def __call__(
            self: UnknownEntityType[str] | UnknownEntityType[LiteralString], function: AdaptHandler
        ) -> AdaptHandler:
            """Register the function."""
            raise NotImplementedError

    class UnknownNotification(Generic[Name, OtherName]):
        """NOTIFICATION of a type or an action that is not published: write published ones, or pass them as `str`."""

        def __call__(
            self: UnknownNotification[str, str]
            | UnknownNotification[str, LiteralString]
            | UnknownNotification[LiteralString, str]
            | UnknownNotification[LiteralString, LiteralString],
            function: NotificationHandler,
        ) -> NotificationHandler:
            """Register the function."""
            raise NotImplementedError
