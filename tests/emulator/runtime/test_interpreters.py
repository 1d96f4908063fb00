from __future__ import annotations

import sys

import pytest

from biot_emulator import SandboxUnavailable
from biot_emulator.runtime.interpreters import find_interpreter, language_of

OWN = "python{}.{}".format(*sys.version_info)


def test_the_language_is_in_the_name_of_the_runtime() -> None:
    assert [language_of(runtime).name for runtime in (OWN, "nodejs16.x")] == ["python", "nodejs"]
    python = find_interpreter(OWN)
    assert (python.path.exists(), python.node, python.notice) == (True, None, None)


@pytest.mark.parametrize("runtime", ["java21", "dotnet8", "provided.al2023", "", "Python3.13", "../python3.13"])
def test_other_languages_are_refused_in_one_sentence(runtime: str) -> None:
    with pytest.raises(SandboxUnavailable, match=r"runs plugins in Python and JavaScript: choose a runtime such as"):
        find_interpreter(runtime)
