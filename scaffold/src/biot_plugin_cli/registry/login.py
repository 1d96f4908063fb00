"""Credentials for a registry, in memory alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Login", "LoginSource", "no_login"]


@dataclass(frozen=True, slots=True)
class Login:
    """The credentials for a registry, of which nothing is ever shown.

    Attributes:
        user: The name of the user, `AWS` for ECR.
        password: The password.
    """

    user: str
    password: str = field(repr=False)


LoginSource = Callable[[], Login | None]
"""Gives credentials, or None to be anonymous.

It is called for the first request, and again when the registry refuses what it gave: it must give new credentials then,
or the same ones if they cannot be renewed.
"""


def no_login() -> None:
    """Be anonymous."""
