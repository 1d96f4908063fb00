"""Passwords: set by their owners, by an administrator, or by whoever has the link that was sent to the owner."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.services.ums.credentials import check_password, generate_password
from biot_emulator.services.ums.errors import (
    ChangePasswordNotSupported,
    InvalidPassword,
    PasswordAlreadyUsed,
    TooManyLogins,
)
from biot_emulator.services.ums.logins import Logins
from biot_emulator.services.ums.one_time.mail_tokens import FORGOT_PASSWORD, TemporaryTokens
from biot_emulator.services.ums.one_time.messages import Messages
from biot_emulator.services.ums.sessions import Sessions
from biot_emulator.services.ums.users import PASSWORD, User, Users
from biot_emulator.state.clock import Clock
from biot_emulator.state.timestamps import timestamp

__all__ = ["Passwords"]

#: Anybody can register, so that there is an end to it.
_MOST_REGISTERED = 1000


class Passwords:
    """Sets passwords. Whoever has an old one is logged out.

    Args:
        users: The people who can log in.
        logins: Bounds how many secrets are hashed at once.
        sessions: The log-ins that are in force.
        tokens: The tokens in links.
        messages: Sends the links.
        clock: The platform's time.
    """

    def __init__(
        self,
        users: Users,
        logins: Logins,
        sessions: Sessions,
        tokens: TemporaryTokens,
        messages: Messages,
        clock: Clock,
    ) -> None:
        self._users = users
        self._logins = logins
        self._sessions = sessions
        self._tokens = tokens
        self._messages = messages
        self._clock = clock

    def change(self, user: User, current: str, new: str, session_id: str) -> None:
        """Change a user's password by the one so far; this log-in goes on.

        Raises:
            ChangePasswordNotSupported: The user has none.
            InvalidPassword: The current one is wrong, or the new one may not be used.
            PasswordAlreadyUsed: Both are the same.
        """
        _require_password_type(user)
        check_password(new)
        if not self._logins.checked(lambda: self._users.has_password(user.id, current)):
            raise InvalidPassword("The field [password.current] is not the current password")
        if new == current:
            raise PasswordAlreadyUsed("The new password is the current one: choose another one", passwordNumber=1)
        self._set(user, new, session_id)

    def generate(self, user: User) -> str:
        """Set a password at random, and return it. Raises ChangePasswordNotSupported."""
        _require_password_type(user)
        password = generate_password()
        self._set(user, password)
        return password

    def send_link(self, username: str) -> None:
        """Send a user the link to set a new password; nothing happens where there is no such user."""
        user = self._users.find(username)
        if user and user.enabled and user.credential_type == PASSWORD:
            token = self._tokens.issue(FORGOT_PASSWORD, user.id)
            subject = "Set a new password"
            self._messages.send_link(user.username, subject, token, FORGOT_PASSWORD, user.id)

    def reset(self, user_id: str, data: dict[str, Any]) -> None:
        """Set the password that was sent with a link's token.

        Raises:
            BadRequest: There is none.
            InvalidPassword: It may not be used.
        """
        password = Fields(data, within="operationData.").text("password")
        check_password(password)
        user = self._users.get(user_id)
        if user:
            _require_password_type(user)
            self._set(user, password)

    def add(self, user: User, password: str | None) -> User:
        """Create a user with a password, or with none where codes are sent.

        Raises:
            InvalidPassword: It may not be used.
            UsernameAlreadyExists: The name is taken.
        """
        new = replace(user, id=user.id or str(uuid.uuid4()), creation_time=timestamp(self._clock.now()))
        if password is None:
            return self._users.add(new, None)
        check_password(password)
        return self._logins.checked(lambda: self._users.add(new, password))

    def register(self, user: User, password: str | None) -> User:
        """Create a user for whoever asks. Raises TooManyLogins beyond a limit, and what `add` raises."""
        if self._users.count_registered() >= _MOST_REGISTERED:
            raise TooManyLogins(f"{_MOST_REGISTERED} have registered already: delete some of them first")
        return self.add(user, password)

    def _set(self, user: User, password: str, session_id: str = "") -> None:
        self._logins.checked(lambda: self._users.set_password(user.id, password))
        self._tokens.use_up(FORGOT_PASSWORD, user.id)
        self._sessions.end_all(user.id, but=session_id)


def _require_password_type(user: User) -> None:
    if user.credential_type != PASSWORD:
        raise ChangePasswordNotSupported("The user logs in by codes, and has no password", id=user.id)
