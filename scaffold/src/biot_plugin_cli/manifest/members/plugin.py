"""The members of `[tool.biot-plugin]`, and of its tables of environments (contract section 6.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from biot_plugin_cli.manifest.base_url import BASE_URL, BASE_URL_FORM, BASE_URL_PATTERN
from biot_plugin_cli.manifest.lambda_runtimes import DEPRECATION_DATES, RUNTIMES
from biot_plugin_cli.manifest.members.aws_account import AWS
from biot_plugin_cli.manifest.members.container_image import IMAGE
from biot_plugin_cli.manifest.members.extra_rules import BASE_URL_ADDRESS, HANDLER_NAMES
from biot_plugin_cli.manifest.members.tables import ListTable, Place, Setting, SettingsTable
from biot_plugin_cli.manifest.members.values import (
    Choice,
    ExtraRule,
    Flag,
    Keys,
    Text,
    Texts,
    WholeNumber,
    find_value_problem,
)
from biot_plugin_cli.manifest.members.variables import VariableTable
from biot_plugin_cli.manifest.problem import ManifestProblem
from biot_plugin_cli.manifest.production import PRODUCTION
from biot_plugin_cli.platform.plugin_names import NAME_FORM, NAME_PATTERN, PREFIX

__all__ = ["ENVIRONMENT_TABLE", "MAX_VERSION", "PLUGIN_TABLE", "SETTINGS"]

MAX_VERSION = 32767

_CORS_METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH")
_ANY_TEXT = Text("a string", longest=None)
_CORS = {
    "allow-origins": Texts("The origins whose pages may call the plugin", _ANY_TEXT),
    "allow-methods": Texts("The methods that they may use", Choice("a method", _CORS_METHODS)),
    "allow-headers": Texts("The headers that they may send", _ANY_TEXT),
    "expose-headers": Texts("The headers of replies that they may read", _ANY_TEXT),
}


class _Runtime(NamedTuple):
    """The name of a runtime; one that AWS has deprecated is a problem of its own."""

    words: str = f"one of {', '.join(RUNTIMES)}"
    extra: ExtraRule | None = None

    def allows(self, value: Any) -> bool:
        return isinstance(value, str) and value in RUNTIMES

    def find_problems(self, value: Any, keys: Keys) -> Iterator[ManifestProblem]:
        deprecated = DEPRECATION_DATES.get(str(value))
        for problem in find_value_problem(self, value, keys):
            if deprecated is None:
                yield problem._replace(code="runtime-unknown")
            else:
                advice = f"{problem.advice}; AWS deprecated it on {deprecated}"
                yield problem._replace(code="runtime-deprecated", advice=advice)

    def schema(self) -> dict[str, Any]:
        return Choice(self.words, RUNTIMES).schema()


class _Environments(NamedTuple):
    """The tables of environments, each of which `check` validates by itself when it is selected."""

    words: str = "tables, [tool.biot-plugin.env.NAME]"
    extra: ExtraRule | None = None

    def allows(self, value: Any) -> bool:
        return isinstance(value, dict) and all(isinstance(table, dict) for table in value.values())

    def find_problems(self, value: Any, keys: Keys) -> Iterator[ManifestProblem]:
        return find_value_problem(self, value, keys)

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": ENVIRONMENT_TABLE.schema()}


SETTINGS: Mapping[str, Setting] = {
    "name": Setting(
        Text(f"{NAME_FORM}, not beginning with {PREFIX}, which the platform puts before it", NAME_PATTERN),
        "The plugin's name on the platform, without the platform's prefix.",
        is_required=True,
    ),
    "display-name": Setting(
        Text("a string of 1 to 255 characters", shortest=1, longest=255),
        "The name that people see.",
        is_required=True,
    ),
    "version": Setting(
        WholeNumber(f"an integer from 1 to {MAX_VERSION}", 1, MAX_VERSION),
        f"The plugin's version, 1 to {MAX_VERSION}.",
        is_required=True,
    ),
    "runtime": Setting(_Runtime(), "The Lambda runtime, such as `python3.13`.", is_required=True),
    "handler": Setting(
        Text(
            "a module and an attribute such as 'index.handler'",
            r"^[^\x00-\x20./]+([./][^\x00-\x20./]+)+$",
            longest=1024,
            extra=HANDLER_NAMES,
        ),
        "Module and attribute of the entry point.",
        "index.handler",
    ),
    "timeout": Setting(
        WholeNumber("a whole number of seconds from 1 to 900", 1, 900), "Time limit of one event in seconds.", 60
    ),
    "memory-size": Setting(
        WholeNumber("a whole number of megabytes from 128 to 10240", 128, 10240), "Memory in megabytes.", 128
    ),
    "ephemeral-storage": Setting(
        WholeNumber("a whole number of megabytes from 512 to 10240", 512, 10240), "Size of /tmp in megabytes.", 512
    ),
    "environment": Setting(VariableTable(), "The plugin's environment variables."),
    "cors": Setting(
        ListTable(
            f"a table of lists of strings named {', '.join(_CORS)}, with methods among {', '.join(_CORS_METHODS)}",
            _CORS,
        ),
        "The cross-origin lists of the plugin's public URL, unchanged from the file.",
    ),
    "analytics-db-access": Setting(Flag(), "Whether the plugin may access the analytics database.", False),
    "package": Setting(Choice("'zip' or 'image'", ("zip", "image")), "The package type.", "zip"),
    "image": Setting(IMAGE, "The settings of a container image."),
    "target": Setting(
        Choice("'biot' or 'aws'", ("biot", "aws")),
        "Where the plugin runs: BioT's account, or an AWS account of one's own.",
        "biot",
    ),
    "aws": Setting(AWS, "The settings of an AWS account of one's own."),
    "interception-order": Setting(
        WholeNumber("an integer, 1 or more", 1, 2**31 - 1),
        "The order of all interceptions without one of their own, or none.",
    ),
    "env": Setting(
        _Environments(),
        "What is different in one of several environments, in `[tool.biot-plugin.env.NAME]`.",
        place=Place.TOP,
    ),
    BASE_URL: Setting(
        Text(BASE_URL_FORM, BASE_URL_PATTERN, longest=None, extra=BASE_URL_ADDRESS),
        "The address of the platform's API, in the table of an environment.",
        place=Place.ENVIRONMENT,
    ),
    PRODUCTION: Setting(
        Flag(),
        "Whether the environment is one that no developer's machine may take part in, in its table.",
        place=Place.ENVIRONMENT,
    ),
}
"""All of them, in the order of the documentation."""

ENVIRONMENT_TABLE = SettingsTable(
    "a table, [tool.biot-plugin.env.NAME]",
    {
        key: setting._replace(default=None, is_required=False)
        for key, setting in SETTINGS.items()
        if setting.place is not Place.TOP
    },
)
"""`[tool.biot-plugin.env.NAME]`: where it says nothing, `[tool.biot-plugin]` counts."""

PLUGIN_TABLE = SettingsTable(
    "a table, [tool.biot-plugin]",
    {key: setting for key, setting in SETTINGS.items() if setting.place is not Place.ENVIRONMENT},
    tuple(key for key, setting in SETTINGS.items() if setting.is_required),
)
"""`[tool.biot-plugin]`."""
