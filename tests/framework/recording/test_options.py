from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from biot_plugin import Plugin, Recording, RegistrationError
from biot_plugin.recording.options import random_key


def test_options_say_what_they_are() -> None:
    recording = Recording(0.01, safe=["ward"], key_variable="MY_KEY")
    assert repr(recording) == "Recording(0.01, safe=['ward'], key_variable='MY_KEY')"


@pytest.mark.parametrize("share", [-0.1, 1.1, True, "0.5", None, float("nan")])
def test_a_share_is_a_number_from_0_to_1(share: Any) -> None:
    with pytest.raises(ValueError, match="is no share of events: write a number from 0 for none to 1 for all"):
        Recording(share)


def test_a_text_is_no_list_of_safe_names() -> None:
    with pytest.raises(ValueError, match="safe='ward' is one text: write a list of them"):
        Recording(safe="ward")


def test_a_wrong_share_is_an_error_at_import() -> None:
    with pytest.raises(RegistrationError, match="record=2 is no share of events"):
        Plugin(record=2)
    with pytest.raises(RegistrationError, match="record=True is no share of events"):
        Plugin(record=True)


@pytest.mark.parametrize(("text", "share"), [("", 0.5), ("0.25", 0.25), ("0", 0.0), ("1", 1.0)])
def test_the_variable_counts_instead_of_the_code(text: str, share: float) -> None:
    assert Recording(0.5)._share_in(text, pytest.fail) == share


@pytest.mark.parametrize("text", ["half", "2", "-1", "nan"])
def test_a_variable_that_cannot_be_read_turns_recording_off_with_a_warning(text: str) -> None:
    warnings: list[str] = []
    assert Recording(0.5)._share_in(text, warnings.append) == 0
    assert warnings == ["Nothing is recorded: PLUGIN_RECORD must be a share of events, from 0 to 1, such as 0.01"]


def test_the_key_is_that_of_the_variable() -> None:
    environ = {"PLUGIN_RECORD_KEY": "a secret of sixteen or more"}
    key = Recording()._key_in(environ, pytest.fail)
    assert len(key) == 32
    assert Recording()._key_in(environ, pytest.fail) == key
    assert Recording(key_variable="OTHER")._key_in(environ, pytest.fail) != key


def test_without_a_key_it_is_a_random_one() -> None:
    assert Recording()._key_in({}, pytest.fail) != Recording()._key_in({}, pytest.fail)
    assert len(random_key()) == 32


def test_a_short_key_is_not_used() -> None:
    warnings: list[str] = []
    keys = [Recording()._key_in({"PLUGIN_RECORD_KEY": "short"}, warnings.append) for _ in range(2)]
    assert keys[0] != keys[1]
    assert warnings[0] == "PLUGIN_RECORD_KEY has fewer than 16 characters: a random key is used instead"


LOADED = """
import os, sys
os.environ.update({})
import biot_plugin
plugin = biot_plugin.Plugin()
plugin.handler
print(sorted(name for name in sys.modules if name.startswith("biot_plugin.recording")))
"""


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ({}, []),
        ({"PLUGIN_RECORD": "0"}, ["", ".options", ".safe_names"]),
    ],
)
def test_nothing_of_it_is_loaded_where_it_is_off(variables: dict[str, str], names: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", LOADED.format(variables)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str([f"biot_plugin.recording{name}" for name in names])
