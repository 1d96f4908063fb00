"""Manifests of every kind, valid and not, made from what their members are declared to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from biot_plugin_cli.manifest.members.plugin import ENVIRONMENT_TABLE, PLUGIN_TABLE, SETTINGS
from biot_plugin_cli.manifest.members.tables import ListTable, SettingsTable, TextTable
from biot_plugin_cli.manifest.members.values import Choice, Flag, Text, Texts, Value, WholeNumber
from biot_plugin_cli.manifest.members.variables import VariableTable

__all__ = ["LEAST", "alternatives", "manifests", "members"]

LEAST: dict[str, Any] = {"name": "demo", "display-name": "Demo", "version": 1, "runtime": "python3.13"}

ACCOUNT = "123456789012"
#: What no pattern is likely to match by chance, and what is close to it.
TEXTS = (
    *(
        "",
        " ",
        "a",
        "A",
        "0",
        "demo",
        "Plugin-demo",
        "plugin-demo",
        "x" * 57,
        "x" * 58,
        "x" * 255,
        "x" * 256,
        "two words",
    ),
    *(
        "index.handler",
        "a/b.c",
        "a..b",
        "1.b",
        "größe.é",
        "class.x",
        "a.b\n",
        "\x00",
        "a\u2028b.c",
        "\u0660.a",
        "a\u00a0b.c",
    ),
    *(
        "python3.13",
        "python3.9",
        "zip",
        "image",
        "biot",
        "aws",
        "layers",
        "scratch",
        "Dockerfile",
        "../Dockerfile",
        "/x",
        ".",
    ),
    *("https://api.example.com", "HTTPS://api.example.com", "http://api.example.com", "http://localhost:8080/x"),
    *(
        "http://[::1]:1",
        "https://a@b",
        "https://h:99999",
        "https://h:0",
        "https://h:x",
        "https://[x]",
        "https://",
        "https:///x",
    ),
    *("https://h?", "https://h/#", " https://h", "https://h/a b", "https://h\n", "https://h/@"),
    *("eu-central-1", "us-gov-west-1", "eu-central-\u0661", "Frankfurt", "profile name", " profile", "a\tb", "a\nb"),
    *(f"arn:aws:iam::{ACCOUNT}:role/r", f"arn:aws:iam::{ACCOUNT}:role/ü", f"arn:aws-cn:iam::{ACCOUNT}:policy/p"),
    *("arn:aws:iam::aws:policy/p", f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/0a-1b", "/", "/a/", "/a", "//"),
    *("subnet-0a", "sg-0a", "sg-0a\n", "00000000-0000-0000-0000-000000000000", "plugins/demo", "a..b", "p", "p" * 257),
    *(
        "variable",
        "secrets-manager",
        "registry.example/a@sha256:" + "0" * 64,
        "host:99999/a",
        "A b",
        "x" * 513,
        "true",
        "\ud7ff",
    ),
)
NAMES = ("A1", "A", "1A", "BIOT_X", "BIOT", "AWS_REGION", "PLUGIN_COMMIT", "_X1", "a-b", "", "Aé", "AB\n", "x" * 300)
TAG_NAMES = (
    "owner",
    "aws:x",
    "AWS:x",
    "biot-plugin:x",
    "Biot-Plugin:x",
    "",
    "n" * 128,
    "n" * 129,
    "größe",
    "a<b",
    "a\nb",
)
#: What is of another type than most members have.
OTHERS: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    1.0,
    1.5,
    30.0,
    1e300,
    [],
    {},
    [1],
    ["a"],
    {"a": 1},
    "true",
    {"": ""},
)


def members(table: SettingsTable = PLUGIN_TABLE, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Value]]:
    """Every member that a manifest may have, with its path; environments are one of the name `prod`."""
    for key, setting in table.settings.items():
        value = setting.value
        yield (*path, key), value
        if isinstance(value, SettingsTable):
            yield from members(value, (*path, key))
    if not path:
        yield from members(ENVIRONMENT_TABLE, ("env", "prod"))


def alternatives(value: Value) -> Iterator[Any]:
    """Valid and invalid values of a member, those at its limits among them."""
    yield from OTHERS
    if isinstance(value, WholeNumber):
        for limit in (value.lowest, value.highest):
            yield from (limit - 1, limit, limit + 1, float(limit), limit + 0.5)
    elif isinstance(value, Choice):
        yield from (*value.options, *(f"{option}x" for option in value.options))
    elif isinstance(value, Text):
        yield from TEXTS
        yield from ("x" * length for length in (value.longest, (value.longest or 0) + 1) if length)
    elif isinstance(value, Texts):
        yield from ([text] for text in TEXTS)
        for most in (value.most or 1, (value.most or 1) + 1):
            yield from ([text] * most for text in ("subnet-0a", "sg-0a"))
    elif isinstance(value, TextTable):
        yield from ({name: "x"} for name in TAG_NAMES)
        yield from ({"x": text} for text in (*TEXTS, 1, None))
        yield from ({f"n{number}": "" for number in range(many)} for many in (value.most, value.most + 1))
    elif isinstance(value, ListTable):
        yield from (
            {name: items} for name in value.lists for items in ([], ["GET"], ["OPTIONS"], "GET", [1], ["é" * 3000])
        )
    elif not isinstance(value, Flag | SettingsTable | VariableTable):
        yield from TEXTS
    elif isinstance(value, VariableTable):
        yield from ({name: "x"} for name in NAMES)
        yield from ({"NAME": text} for text in ("", "x", "\x00", "a\x00b", "a\nb", 1, None, "x" * 3980, "x" * 4100))


def manifests() -> st.SearchStrategy[dict[str, Any]]:
    """Manifests with several members, in most of which few values are invalid."""
    return st.builds(lambda top, rest: {**top, **rest}, _required(), _table(PLUGIN_TABLE))


def _required() -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(st.just(LEAST), st.sampled_from([{k: v for k, v in LEAST.items() if k != name} for name in LEAST]))


def _table(table: SettingsTable) -> st.SearchStrategy[dict[str, Any]]:
    values = {key: _value(setting.value) for key, setting in table.settings.items()}
    unknown = ["memory"]
    if table is PLUGIN_TABLE:
        values["env"] = st.dictionaries(st.sampled_from(["prod", "test"]), _table(ENVIRONMENT_TABLE), max_size=2)
        unknown.append("base-url")
    return st.fixed_dictionaries({}, optional=values).flatmap(
        lambda chosen: st.one_of(st.just(chosen), st.sampled_from(unknown).map(lambda key: {**chosen, key: 1}))
    )


def _value(value: Value) -> st.SearchStrategy[Any]:
    if isinstance(value, SettingsTable):
        return _table(value)
    valid = [item for item in alternatives(value) if not list(value.find_problems(item, ("x", "y")))]
    strategies: list[st.SearchStrategy[Any]] = [st.sampled_from(valid)] * 6 if valid else []
    if isinstance(value, Text):
        strategies += [st.from_regex(value.pattern, fullmatch=True)] if value.pattern else [st.text(max_size=300)]
    if isinstance(value, Flag):
        strategies.append(st.booleans())
    return st.one_of(*strategies, st.sampled_from(list(alternatives(value))))


def setting_at(path: tuple[str, ...]) -> Value | None:
    """What the member at a path is declared to be; None if there is none."""
    table: Mapping[str, Any] = SETTINGS
    keys = path[2:] if path[:1] == ("env",) and len(path) > 2 else path
    value: Value | None = None
    for key in keys:
        if key not in table:
            return None
        value = table[key].value
        table = value.settings if isinstance(value, SettingsTable) else {}
    return value
