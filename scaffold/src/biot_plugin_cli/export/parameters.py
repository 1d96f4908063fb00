"""What whoever deploys a template passes to it: what differs between environments, and every secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from biot_plugin_cli.manifest.environment_variables import looks_secret
from biot_plugin_cli.own_account.desired_state import KEY_VARIABLE, SECRET_VARIABLE, USER_VARIABLE, DesiredState

__all__ = ["Parameter", "Variables", "find_variables"]

_URL_VARIABLE = "BIOT_BASE_URL"
_WORD = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter, whose value is an environment variable of the function.

    Attributes:
        variable: The environment variable.
        words: The words of its name, in lower case.
        description: What it is.
        default: Its value if nothing is passed; None if something has to be.
        is_secret: Whether it must not be shown.
    """

    variable: str
    words: tuple[str, ...]
    description: str
    default: str | None = None
    is_secret: bool = False

    @property
    def camel_case(self) -> str:
        """The name, as in `ServiceUserId`."""
        return "".join(word.capitalize() for word in self.words)

    @property
    def snake_case(self) -> str:
        """The name, as in `service_user_id`."""
        return "_".join(self.words)


@dataclass(frozen=True, slots=True)
class Variables:
    """The environment variables of the function.

    Attributes:
        fixed: Those whose values are in the template, sorted by name.
        parameters: The others.
    """

    fixed: tuple[tuple[str, str], ...]
    parameters: tuple[Parameter, ...]

    @property
    def secret_arn(self) -> Parameter | None:
        """The parameter with the ARN of the secret that has the service user's key, if there is one."""
        return next((item for item in self.parameters if item.variable == SECRET_VARIABLE), None)


def find_variables(desired: DesiredState, base_url: str | None) -> Variables:
    """Find the environment variables; what looks like a secret becomes a parameter without a value.

    Args:
        desired: The plugin.
        base_url: The base URL of the platform's APIs; None if it is not set.
    """
    own = desired.manifest.environment
    secrets = {name for name, value in own.items() if _is_secret(name, value)}
    labels = {name: value for name, value in desired.label_variables.items() if name != _URL_VARIABLE}
    fixed = {**{name: value for name, value in own.items() if name not in secrets}, **labels}
    parameters = [_base_url(base_url), *_service_user(desired), *_of_secrets(sorted(secrets))]
    return Variables(tuple(sorted(fixed.items())), tuple(parameters))


def _base_url(base_url: str | None) -> Parameter:
    description = "The base URL of the BioT platform's APIs, such as https://api.example.com"
    return Parameter(_URL_VARIABLE, ("biot", "base", "url"), description, base_url)


def _service_user(desired: DesiredState) -> Iterator[Parameter]:
    if not desired.settings.service_user:
        return
    yield Parameter(USER_VARIABLE, ("service", "user", "id"), "The id of the plugin's service user on the platform")
    if desired.has_secret:
        description = 'The ARN of a secret in Secrets Manager with the value {"id": "...", "secretKey": "..."}'
        yield Parameter(SECRET_VARIABLE, ("service", "user", "secret", "arn"), description)
    else:
        description = "The secret key of the plugin's service user"
        yield Parameter(KEY_VARIABLE, ("service", "user", "secret", "key"), description, is_secret=True)


def _of_secrets(names: list[str]) -> Iterator[Parameter]:
    used: set[str] = set()
    for name in names:
        words = ("environment", *(word.lower() for word in _WORD.findall(name)))
        # Names that differ only in what templates cannot express are numbered.
        unique = _numbered(words, lambda candidate: "".join(candidate) not in used)
        used.add("".join(unique))
        yield Parameter(name, unique, f"The environment variable {name}", is_secret=True)


def _numbered(words: tuple[str, ...], is_free: Callable[[tuple[str, ...]], bool]) -> tuple[str, ...]:
    candidate, number = words, 2
    while not is_free(candidate):
        candidate, number = (*words, str(number)), number + 1
    return candidate


def _is_secret(name: str, value: str) -> bool:
    from biot_emulator.security.secret_values import secret_variables

    return looks_secret(name) or any(True for _ in secret_variables({name: value}))
