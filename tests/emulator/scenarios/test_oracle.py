"""The same handlers through AWS's own emulator and through ours, by either client, have the same ends, word for word.

AWS's puts a request id before the message of an exit, and reports a timeout as bare text; the comparison allows for
both. In two things it is less than Lambda, and a test of their own says so: it hands on a reply that is no JSON, where
a function URL makes an error of it, and it says nothing when the process ends while the plugin is loaded.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from biot_emulator import Runtime, RuntimeClient
from tests.emulator.conftest import CLIENTS, MakeFunction
from tests.emulator.scenarios.oracle import BUILT_IN_CLIENT, Verdict, judge, obtain, plugin_frames

pytestmark = pytest.mark.slow

# The one of two seconds is for the handler that exceeds it; no other end may depend on how busy the machine is.
_TIMEOUT = 20
_TIMEOUTS = {"timeout": 2}
_HANDLERS = {
    "echo": "return event",
    "nothing": "pass",
    "text": "return 'é 中 \\\\u2028'",
    "numbers": "return [1, 1.5, 10**20, True, None]",
    "decimal": "import decimal; return decimal.Decimal('1.10')",
    "special decimals": "from decimal import Decimal as D; return [D('1E+2'), D('-0'), D('123456789.000000000001')]",
    "named tuple": "import collections; return [collections.namedtuple('T', 'a b')(1, (2,))]",
    "bytes inside": "return {'a': 'é'.encode(), b'b': 1}",
    "odd bytes inside": "return [b'\\xff']",
    "keys": "return {1: 1, 2.5: 1, None: 1, True: 1}",
    "enumerations": "import enum; return [enum.IntEnum('I', 'A').A, enum.Enum('S', {'A': 'x'}, type=str).A]",
    "large numbers": "return [1e22, -0.0, 2**80, 5e-324]",
    "response": "return {'statusCode': 403, 'body': '{}'}",
    "exception": "raise KeyError('who')",
    "empty exception": "raise ValueError()",
    "own exception": "class Odd(Exception): pass\n    raise Odd('a\\nb')",
    "late import": "import nothing_of_that_name",
    "a set": "return {1}",
    "object": "return object()",
    "a date": "import datetime; return {'at': datetime.datetime(2026, 1, 1)}",
    "key of a tuple": "return {(1, 2): 3}",
    "key of a decimal": "import decimal; return {decimal.Decimal(1): 3}",
    "endless list": "a = []; a.append(a); return a",
    "huge number": "return 10**5000",
    "exception in a chain": "try: 1 / 0\n    except ArithmeticError as error: raise LookupError('no') from error",
    "exception of a lambda": "return (lambda: {}['k'])()",
    "keyboard interrupt": "raise KeyboardInterrupt",
    "sys.exit with words": "import sys; sys.exit('bye')",
    "sys.exit well": "import sys; sys.exit()",
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
    "handler of no arguments": "def handler(): pass",
    "null bytes": "handler = 1\0",
    "tabs": "if 1:\n\tpass\n        pass",
    "import error of its own": "raise ImportError('mine')",
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


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    """Hold what AWS's emulator said of AWS's client, to be asked once for each handler."""
    return {}


def _code(name: str) -> str:
    return textwrap.dedent(_MODULES.get(name) or f"def handler(event, context):\n    {_HANDLERS[name]}\n")


def _ours(make_function: MakeFunction, code: str, timeout: int = _TIMEOUT) -> Verdict:
    with Runtime(make_function(code, timeout=timeout)) as runtime:
        invocation = runtime.invoke({"n": 1})
    if invocation.error is None:
        return Verdict(invocation.reply)
    return Verdict(
        error=(invocation.error.type, invocation.error.message), frames=plugin_frames(invocation.error.stack_trace)
    )


def _theirs(program: Path, verdicts: dict[str, Verdict], make_function: MakeFunction, name: str) -> Verdict:
    if name not in verdicts:
        timeout = _TIMEOUTS.get(name, _TIMEOUT)
        verdicts[name] = judge(program, make_function(_code(name)).root, {"n": 1}, timeout=timeout)
    return verdicts[name]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", [*_HANDLERS, *_MODULES])
def test_both_say_the_same(
    program: Path, verdicts: dict[str, Verdict], make_function: MakeFunction, client: RuntimeClient, name: str
) -> None:
    mine = _ours(make_function, _code(name), _TIMEOUTS.get(name, _TIMEOUT))
    assert mine == _theirs(program, verdicts, make_function, name)


@pytest.mark.parametrize("name", ["echo", "text", "exception", "a set", "sys.exit", "import error", "missing handler"])
def test_our_client_and_awss_say_the_same_to_awss_emulator(
    program: Path, verdicts: dict[str, Verdict], make_function: MakeFunction, name: str
) -> None:
    root = make_function(_code(name)).root
    mine = judge(program, root, {"n": 1}, timeout=_TIMEOUT, client=BUILT_IN_CLIENT)
    assert mine == _theirs(program, verdicts, make_function, name)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", _NOT_JSON)
def test_a_reply_that_is_no_json_is_an_error_here_alone(
    program: Path, make_function: MakeFunction, client: RuntimeClient, name: str
) -> None:
    body, reply = _NOT_JSON[name]
    code = f"def handler(event, context):\n    {body}\n"
    mine = _ours(make_function, code)
    assert mine.error is not None
    assert mine.error[0] == "Runtime.MarshalError"
    assert judge(program, make_function(code).root, {}, timeout=_TIMEOUT) == Verdict(unread=reply)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", _ENDS_AT_IMPORT)
def test_an_end_at_import_is_explained_here_alone(
    program: Path, make_function: MakeFunction, client: RuntimeClient, name: str
) -> None:
    code, reason = _ENDS_AT_IMPORT[name]
    mine = _ours(make_function, code)
    assert mine.error == ("Runtime.ExitError", f"Runtime exited with error: {reason}")
    assert judge(program, make_function(code).root, {}, timeout=_TIMEOUT) == Verdict(unread=b"")
