from __future__ import annotations

import pytest

from biot_plugin_cli import errors


@pytest.mark.parametrize(
    ("name", "exit_code"),
    [
        ("OperationFailed", 1),
        ("UsageError", 2),
        ("PluginImportError", 3),
        ("InvalidPlugin", 4),
        ("PlatformRefused", 5),
        ("PlatformUnreachable", 6),
        ("Interrupted", 130),
        ("OutputClosed", 141),
    ],
)
def test_each_kind_of_failure_owns_its_exit_code(name: str, exit_code: int) -> None:
    kind = getattr(errors, name)

    assert issubclass(kind, errors.CliError)
    assert kind.exit_code == exit_code


def test_every_error_is_public() -> None:
    assert {*errors.__all__} == {"CliError", *(kind.__name__ for kind in errors.CliError.__subclasses__())}
