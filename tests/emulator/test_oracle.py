"""The same handlers through AWS's own emulator and through ours have the same ends, word for word.

AWS's puts a request id before the message of an exit, and reports a timeout as bare text; the comparison allows for
both. In two things it is less than Lambda, and a test of their own says so: it hands on a reply that is no JSON, where
a function URL makes an error of it, and it says nothing when the process ends while the plugin is loaded.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from biot_emulator import Runtime
from tests.emulator.conftest import MakeFunction
from tests.emulator.oracle import Verdict, judge, obtain

pytestmark = pytest.mark.slow

_TIMEOUT = 2
_HANDLERS = {
    "echo": "return event",
    "nothing": "pass",
    "text": "return 'é 中 \\\\u2028'",
    "numbers": "return [1, 1.5, 10**20, True, None]",
    "decimal": "import decimal; return decimal.Decimal('1.10')",
    "response": "return {'statusCode': 403, 'body': '{}'}",
    "exception": "raise KeyError('who')",
    "empty exception": "raise ValueError()",
    "own exception": "class Odd(Exception): pass\n    raise Odd('a\\nb')",
    "late import": "import nothing_of_that_name",
    "a set": "return {1}",
    "object": "return object()",
    "sys.exit": "import sys; sys.exit(3)",
    "os._exit": "import os; os._exit(4)",
    "os._exit well": "import os; os._exit(0)",
    "segmentation fault": "import os; os.kill(os.getpid(), 11)",
    "killed": "import os; os.kill(os.getpid(), 9)",
    "terminated": "import os; os.kill(os.getpid(), 15)",
    "timeout": "import time; time.sleep(20)",
}
_MODULES = {
    "import error": "import nothing_of_that_name",
    "import of a name": "from json import nothing_of_that_name",
    "syntax error": "def handler(:\n    pass",
    "missing handler": "other = 1",
    "handler that is no function": "handler = 3",
    "exception at import": "raise LookupError('at import')",
}
_NOT_JSON = {"bytes": ("return b'abc'", b"abc"), "not a number": ("return float('nan')", b"NaN")}
_ENDS_AT_IMPORT = {
    "exit": ("import sys; sys.exit(5)", "exit status 5"),
    "end": ("import os; os._exit(7)", "exit status 7"),
}


@pytest.fixture(scope="module")
def program() -> Path:
    return obtain()


def _ours(make_function: MakeFunction, code: str) -> Verdict:
    with Runtime(make_function(code, timeout=_TIMEOUT)) as runtime:
        found = runtime.invoke({"n": 1})
    return Verdict(found.reply, (found.error.type, found.error.message) if found.error else None)


@pytest.mark.parametrize("name", [*_HANDLERS, *_MODULES])
def test_both_say_the_same(program: Path, make_function: MakeFunction, name: str) -> None:
    code = _MODULES.get(name) or f"def handler(event, context):\n    {_HANDLERS[name]}\n"
    mine = _ours(make_function, code)
    theirs = judge(program, make_function(textwrap.dedent(code)).root, {"n": 1}, timeout=_TIMEOUT)
    assert mine == theirs


@pytest.mark.parametrize("name", _NOT_JSON)
def test_a_reply_that_is_no_json_is_an_error_here_alone(program: Path, make_function: MakeFunction, name: str) -> None:
    body, reply = _NOT_JSON[name]
    code = f"def handler(event, context):\n    {body}\n"
    mine = _ours(make_function, code)
    assert mine.error is not None
    assert mine.error[0] == "Runtime.MarshalError"
    assert judge(program, make_function(code).root, {}, timeout=_TIMEOUT) == Verdict(unread=reply)


@pytest.mark.parametrize("name", _ENDS_AT_IMPORT)
def test_an_end_at_import_is_explained_here_alone(program: Path, make_function: MakeFunction, name: str) -> None:
    code, reason = _ENDS_AT_IMPORT[name]
    mine = _ours(make_function, code)
    assert mine.error == ("Runtime.ExitError", f"Runtime exited with error: {reason}")
    assert judge(program, make_function(code).root, {}, timeout=_TIMEOUT) == Verdict(unread=b"")
