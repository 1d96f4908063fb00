"""The options of `biot-plugin dev` without a public URL."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from biot_emulator.admin_credentials import VARIABLE, CredentialsInvalid, parse_credentials
from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.plugin.debugging import DebugOptions

__all__ = ["Administrator", "DevOptions"]

_USERNAME = "admin@localhost"


@dataclass(frozen=True, slots=True)
class Administrator:
    """The platform's administrator.

    Attributes:
        username: The user name.
        password: The password.
        is_generated: Whether the password was made up for this run, so that it has to be shown.
    """

    username: str
    password: str = field(repr=False)
    is_generated: bool = False

    @classmethod
    def choose(cls, option: str | None) -> Self:
        """Choose the administrator: of the option, or of the variable that `biot-emulator serve` reads too.

        Args:
            option: EMAIL:PASSWORD; None if it was left out.

        Raises:
            UsageError: There are no credentials in it.
        """
        # In any case: what the emulator starts must not inherit it.
        variable = os.environ.pop(VARIABLE, "")
        if option is None and not variable:
            return cls(_USERNAME, secrets.token_urlsafe(9), is_generated=True)
        text, source = (variable, VARIABLE) if option is None else (option, "--admin")
        try:
            return cls(*parse_credentials(text, source))
        except CredentialsInvalid as error:
            raise UsageError(str(error)) from error


@dataclass(frozen=True, slots=True)
class DevOptions:
    """How the plugin is developed.

    Attributes:
        root: The plugin's folder.
        administrator: The platform's administrator.
        variables: Environment variables that take precedence over the plugin's own.
        environment: The environment whose variables and overrides the plugin has; None for none.
        port: The platform's port; 0 takes a free one.
        data: The folder that keeps the platform; None keeps it in memory.
        seed: The file that fills a new platform; None for none.
        as_json: Whether standard output has one JSON document and nothing else.
        debugger: How debuggers attach; None if they do not.
    """

    root: Path
    administrator: Administrator
    variables: Mapping[str, str] = field(default_factory=dict)
    environment: str | None = None
    port: int = 0
    data: Path | None = None
    seed: Path | None = None
    as_json: bool = False
    debugger: DebugOptions | None = None
