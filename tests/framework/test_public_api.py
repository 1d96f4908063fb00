from __future__ import annotations

import inspect
import re
import subprocess
import sys
import typing
from pathlib import Path
from types import ModuleType

import pytest

import biot_plugin
import biot_plugin.testing
from biot_plugin.testing import events, strategies
from biot_plugin.wire import strict_json, trace


@pytest.mark.parametrize("module", [biot_plugin, biot_plugin.testing, events, strategies])
def test_all_is_exactly_the_public_api(module: ModuleType) -> None:
    late = set(biot_plugin._LAZY) if module is biot_plugin else set()
    public = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and name not in ("annotations", "JSON", "Overrides", "TYPE_CHECKING")
        and getattr(value, "__module__", module.__name__).startswith("biot_plugin")
        and (not isinstance(value, ModuleType) or value.__name__ == f"{module.__name__}.{name}")
        and not (module in (events, strategies) and getattr(value, "__module__", None) != module.__name__)
        and not (isinstance(value, ModuleType) and name not in module.__all__)
    }
    constants = {name for name in module.__all__ if isinstance(getattr(module, name), str)}
    assert sorted(module.__all__) == sorted(public | constants | late)
    assert module.__all__ == sorted(module.__all__)


def test_every_public_name_is_documented() -> None:
    for module in (biot_plugin, biot_plugin.testing, events, strategies):
        for name in module.__all__:
            value = getattr(module, name)
            # A type of names has no place for a text of its own; editors show the one below it.
            assert typing.get_origin(value) is typing.Literal or inspect.getdoc(value), name


def test_plugins_import_public_modules_alone() -> None:
    root = Path(__file__).parents[2]
    sources = [
        root / "README.md",
        *root.glob("*/README.md"),
        *root.joinpath("docs").rglob("*.md"),
        *(root / "templates").rglob("*"),
        *root.glob("*/examples/*"),
    ]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in sources if path.is_file()]
    assert any("from biot_plugin import" in text for text in texts)
    imported = {module for text in texts for module in re.findall(r"(?:from|import) biot_plugin\.([\w.]+)", text)}
    assert imported <= {"attributes", "testing", "testing.strategies"}


LOADED = """
import sys
import typing
from pathlib import Path
before = set(sys.modules)
import biot_plugin
plugin = biot_plugin.Plugin()
plugin.endpoint()(lambda event: None)
print("\\n".join(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""

#: What `import biot_plugin` may load beside the standard library. Everything here is paid for on every cold start.
ALLOWED = {
    "_cffi_backend",
    "_openssl",
    "aws_lambda_powertools",
    "biot_plugin",
    "botocore",  # its `__init__` alone, which powertools looks for
    "cryptography",
    "jmespath",
    "typing_extensions",
}
#: Modules of the standard library that cost more than a plugin should pay before it needs them.
TOO_HEAVY = {"asyncio", "http", "ssl", "urllib.request", "email", "unittest", "xml", "multiprocessing"}


def loaded(code: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_loads_nothing_that_is_not_allowed() -> None:
    modules = loaded(LOADED)
    assert modules - set(sys.stdlib_module_names) <= ALLOWED
    assert not modules & TOO_HEAVY
    assert "biot_plugin" in modules


def test_importing_loads_no_aws_client() -> None:
    modules = loaded(LOADED.replace('name.partition(".")[0]', "name"))
    assert not {name for name in modules if name.startswith(("boto3", "botocore."))}


COMPILED = """
import sys
import aws_lambda_powertools.logging
sys.addaudithook(lambda event, arguments: event == "compile" and arguments[1] == "<string>" and print(arguments[0]))
import biot_plugin
biot_plugin.Plugin()
"""


def test_importing_compiles_no_annotations() -> None:
    """A NamedTuple evaluates a function of its own, for which less of the compiler is started."""
    done = subprocess.run([sys.executable, "-c", COMPILED], capture_output=True, text=True, check=True)
    (initiator,) = done.stdout.splitlines()
    assert "lambda _cls, subject_id" in initiator


def test_fetching_the_keys_compiles_no_annotations() -> None:
    code = COMPILED.replace("import biot_plugin", "import biot_plugin, biot_plugin.http.exchange", 1)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {line.partition(",")[0] for line in done.stdout.splitlines()} == {"b'lambda _cls"}


PATTERNS = """
import re
import aws_lambda_powertools.logging
compile = re.compile
re.compile = lambda pattern, flags=0: print(pattern) or compile(pattern, flags)
import biot_plugin
biot_plugin.Plugin()
"""


def test_importing_compiles_the_patterns_of_a_trace_and_of_a_number() -> None:
    done = subprocess.run([sys.executable, "-c", PATTERNS], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.splitlines()) == sorted([trace._TRACEPARENT.pattern, strict_json._NEGATIVE_ZERO.pattern])


LATE = {
    "biot_plugin.bodies.texts.reader",
    "biot_plugin.callers.public_key_parser",
    "biot_plugin.callers.signature",
    "biot_plugin.logs.secret_patterns",
    "biot_plugin.platform_errors",
    "biot_plugin.replies.problems",
    "biot_plugin.stopped_calls",
    "biot_plugin.wire.usual_floats",
    "cryptography",
}


def test_importing_leaves_to_the_end_of_init_what_only_events_need() -> None:
    code = LOADED.replace('name.partition(".")[0]', "name")
    assert not loaded(code) & LATE
    handled = "plugin.pre_request('GET/a')(lambda event: None); plugin.handler"
    assert loaded(code.replace("print(", f"{handled}\nprint(", 1)) >= LATE


#: What a plugin with an endpoint alone, without middleware and without calls of the platform, never needs.
NEVER = {
    "biot_plugin.api_client",
    "biot_plugin.bodies.texts.reader",
    "biot_plugin.events.intercepted_response",
    "biot_plugin.events.notification",
    "biot_plugin.events.response_interception",
    "biot_plugin.events.scheduled",
    "biot_plugin.hooks.api_call_detection",
    "biot_plugin.hooks.middleware",
    "biot_plugin.wire.http_status",
    "biot_plugin.wire.timestamp",
}


def test_what_a_plugin_does_not_use_is_not_loaded() -> None:
    code = LOADED.replace('name.partition(".")[0]', "name").replace("print(", "plugin.handler\nprint(", 1)
    assert not loaded(code) & NEVER
    assert loaded(code.replace("plugin = ", "biot_plugin.Next; plugin = ")) & NEVER == {"biot_plugin.hooks.middleware"}


def test_nothing_for_tests_is_imported_in_production() -> None:
    code = LOADED.replace('name.partition(".")[0]', "name")
    assert not {name for name in loaded(code) if name.startswith(("biot_plugin.testing", "pytest", "hypothesis"))}


def test_importing_for_tests_does_not_need_hypothesis() -> None:
    code = LOADED.replace("import biot_plugin", "import biot_plugin, biot_plugin.testing", 1)
    assert "hypothesis" not in loaded(code)


def test_what_a_server_needs_is_loaded_by_asgi_alone() -> None:
    code = LOADED.replace('name.partition(".")[0]', "name")
    assert not {name for name in loaded(code) if name.startswith("biot_plugin.asgi")}
    served = code.replace("print(", "plugin.asgi(); sys.stdout = sys.__stdout__\nprint(", 1)
    assert "biot_plugin.asgi.application" in loaded(served)
