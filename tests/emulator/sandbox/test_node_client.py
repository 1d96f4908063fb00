"""What a handler in JavaScript does, and what Lambda makes of it: AWS's own client says the same in `scenarios/`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from biot_emulator import Invocation
from tests.emulator.javascript import javascript, running_javascript

pytestmark = pytest.mark.slow

OLD, NEW = "nodejs20.x", "nodejs24.x"

#: Handlers of which the case of the event is chosen, none of which ends its process.
SYNCHRONOUS = """
exports.handler = (event, context, callback) => CASES[event.case](context, callback, event);
const CASES = {
  callback: (context, callback) => callback(null, { a: 1 }),
  later: (context, callback) => { setTimeout(() => callback(null, 'later'), 10); },
  twice: (context, callback) => { callback(null, 1); callback(null, 2); },
  never: () => {},
  waits: (context, callback) => { setTimeout(() => console.log('waited'), 20); callback(null, 1); },
  'does not wait': (context, callback) => {
    context.callbackWaitsForEmptyEventLoop = false;
    setInterval(() => {}, 100_000).unref();
    setTimeout(() => {}, 100_000);
    callback(null, context.callbackWaitsForEmptyEventLoop);
  },
  promise: () => Promise.resolve(3),
  thenable: () => ({ then(resolve) { resolve(7); } }),
  succeed: (context) => context.succeed('s'),
  done: (context) => context.done(null, 'd'),
  'callback and promise': (context, callback) => { callback('no'); return Promise.resolve(1); },
  'callback of an error': (context, callback) => callback(new RangeError('r')),
  'callback of a text': (context, callback) => callback('text'),
  fail: (context) => context.fail(new TypeError('t')),
  'fail for nothing': (context) => context.fail(),
  'done with an error': (context) => context.done(new Error('e')),
  throw: () => { throw new SyntaxError('s'); },
  'throw nothing': () => { throw null; },
  'reject an object': () => Promise.reject({ a: 1 }),
  'reject what is like an error': () => Promise.reject({ name: 'N', message: 'm', stack: 'N: m' }),
  'reject what says nothing': () => Promise.reject(Object.defineProperty(new Error(), 'stack', { get() { throw 1; } })),
  'no JSON': (context, callback) => { context.callbackWaitsForEmptyEventLoop = false; callback(null, 1n); },
  'endless': () => { const endless = []; endless.push(endless); return Promise.resolve(endless); },
  'a function': () => Promise.resolve(() => 1),
  'odd name': () => { throw Object.assign(new Error('a\\x7fb\\nc'), { name: 'O\\r\\nX: 1' }); },
};
"""
SUCCESSES: dict[str, Any] = {
    "callback": {"a": 1},
    "later": "later",
    "twice": 1,
    "never": None,
    "waits": 1,
    "promise": 3,
    "thenable": 7,
    "succeed": "s",
    "done": "d",
    "throw nothing": None,
    "does not wait": False,
}
FAILURES = {
    "callback and promise": ("string", "no"),
    "callback of an error": ("RangeError", "r"),
    "callback of a text": ("string", "text"),
    "fail": ("TypeError", "t"),
    "fail for nothing": ("string", "handled"),
    "done with an error": ("Error", "e"),
    "throw": ("SyntaxError", "s"),
    "reject an object": ("object", "[object Object]"),
    "reject what is like an error": ("N", "m"),
    "no JSON": ("Error", "Unable to stringify response body"),
    "endless": ("Error", "Unable to stringify response body"),
    "a function": ("TypeError", "Wrong arguments"),
    "odd name": ("O\r\nX: 1", "a%7Fb\nc"),
}

_AGES = "const AGES = new Promise((resolve) => setTimeout(resolve, 9000));"
#: Each ends the process, or its start, in its own way: the files, what Lambda says of it, and what since version 24.
#: None where that is the same.
ENDS: dict[str, tuple[dict[str, str] | str, tuple[str, str], tuple[str, str] | None]] = {
    "exit": (
        "exports.handler = async () => { process.exit(3); }",
        ("Runtime.ExitError", "Runtime exited with error: exit status 3"),
        None,
    ),
    "good exit": (
        "exports.handler = async () => { process.exit(0); }",
        ("Runtime.ExitError", "Runtime exited without providing a reason"),
        None,
    ),
    "unhandled rejection": (
        "exports.handler = async () => { Promise.reject(new Error('lost')); await AGES; };" + _AGES,
        ("Runtime.UnhandledPromiseRejection", "Error: lost"),
        ("Runtime.ExitError", "Runtime exited with error: exit status 1"),
    ),
    "uncaught exception": (
        "exports.handler = async () => { setTimeout(() => { throw new RangeError('late'); }); await AGES; };" + _AGES,
        ("RangeError", "late"),
        ("Runtime.ExitError", "Runtime exited with error: exit status 1"),
    ),
    "unsettled": (
        "exports.handler = async () => { await new Promise(() => {}); }",
        ("Runtime.NodeJsExit", "The event loop is empty, and the promise of the handler was never settled"),
        ("Runtime.ExitError", "Runtime exited without providing a reason"),
    ),
    "syntax": (
        "const handler = ;",
        ("Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token ';'"),
        None,
    ),
    "syntax of a module": (
        {"index.mjs": "export const handler = ;"},
        ("Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token ';'"),
        None,
    ),
    "import in CommonJS": (
        "import fs from 'fs';",
        ("Runtime.UserCodeSyntaxError", "SyntaxError: Cannot use import statement outside a module"),
        None,
    ),
    "missing module": (
        "require('./nothing');",
        ("Runtime.ImportModuleError", "Error: Cannot find module './nothing'\nRequire stack:\n- TASK/index.js"),
        None,
    ),
    "missing file": ({"other.js": ""}, ("Runtime.ImportModuleError", "Error: Cannot find module 'index'"), None),
    "missing handler": (
        "exports.other = 1;",
        ("Runtime.HandlerNotFound", "index.handler is undefined or not exported"),
        None,
    ),
    "no function": ("exports.handler = 3;", ("Runtime.HandlerNotFound", "index.handler is not a function"), None),
    "error at import": ("throw new RangeError('at import');", ("RangeError", "at import"), None),
    "text at import": ("throw 'a text';", ("string", "a text"), None),
    "exit at import": ("process.exit(5);", ("Runtime.ExitError", "Runtime exited with error: exit status 5"), None),
    "endless import": (
        {"index.mjs": "await new Promise(() => {}); export const handler = 1;"},
        ("Runtime.ExitError", "Runtime exited with error: exit status 13"),
        ("Runtime.ExitError", "Runtime exited without providing a reason"),
    ),
}

#: Where a handler can be: its name, the files, and whether `type` of a package decides.
PLACES: dict[str, tuple[str, dict[str, str]]] = {
    "CommonJS": ("index.handler", {"index.cjs": "exports.handler = async () => 'here';"}),
    "ES module": ("index.handler", {"index.mjs": "export const handler = async () => 'here';"}),
    "package of ES modules": (
        "index.handler",
        {"index.js": "export const handler = async () => 'here';", "package.json": '{"type": "module"}'},
    ),
    "top-level await": (
        "index.handler",
        {"index.mjs": "const word = await Promise.resolve('here'); export const handler = async () => word;"},
    ),
    "folder": (
        "src/lambda/main.outer.inner",
        {
            "src/lambda/main.js": "exports.outer = { inner: async () => require('../word') };",
            "src/word.js": "module.exports = 'here';",
        },
    ),
    "package": ("kit.handler", {"node_modules/kit/index.js": "exports.handler = async () => 'here';"}),
    "task root": (
        "src/main.handler",
        {
            "src/main.js": "exports.handler = async () => require('lib/word');",
            "lib/word.js": "module.exports = 'here';",
        },
    ),
}


def outcome(invocation: Invocation, folder: Path) -> Any:
    error = invocation.error
    return invocation.reply if error is None else (error.type, error.message.replace(str(folder), "TASK"))


def test_up_to_version_22_a_handler_ends_the_event_in_many_ways(tmp_path: Path) -> None:
    with running_javascript(tmp_path, SYNCHRONOUS, OLD) as runtime:
        outcomes = {case: outcome(runtime.invoke({"case": case}), tmp_path) for case in [*FAILURES, *SUCCESSES]}
        says_nothing = runtime.invoke({"case": "reject what says nothing"})
        assert runtime.invoke({"case": "succeed"}).cold is False
    assert outcomes == SUCCESSES | FAILURES
    assert says_nothing.error is not None
    assert says_nothing.error.type == "handled"


def test_a_callback_waits_until_nothing_is_left_to_do(tmp_path: Path) -> None:
    with running_javascript(tmp_path, SYNCHRONOUS, OLD) as runtime:
        invocation = runtime.invoke({"case": "waits"})
    assert [line.rpartition("\t")[2] for line in invocation.logs if "INFO" in line] == ["waited"]


def test_an_event_loop_that_never_ends_is_a_timeout_for_a_callback_alone(tmp_path: Path) -> None:
    code = """
        const forever = () => setInterval(() => {}, 1000);
        exports.callback = (event, context, callback) => { forever(); callback(null, 1); };
        exports.promise = async () => { forever(); return 1; };
    """
    with running_javascript(tmp_path, code, OLD, handler="index.callback", timeout=1) as runtime:
        assert outcome(runtime.invoke({}), tmp_path) == ("Sandbox.Timedout", "Task timed out after 1.00 seconds")
    with running_javascript(tmp_path, code, OLD, handler="index.promise") as runtime:
        assert [runtime.invoke({}).reply for _ in range(2)] == [1, 1]


def test_since_version_24_a_handler_takes_no_callback(tmp_path: Path) -> None:
    code = """
        exports.callback = (event, context, callback) => callback(null, 1);
        exports.value = (event, context) => [event, 'succeed' in context, 'callbackWaitsForEmptyEventLoop' in context];
        exports.big = async () => 1n;
    """
    with running_javascript(tmp_path, code, NEW, handler="index.callback") as runtime:
        error = runtime.invoke({}).error
    assert error is not None
    assert (error.type, error.phase) == ("Runtime.CallbackHandlerDeprecated", "init")
    with running_javascript(tmp_path, code, NEW, handler="index.value") as runtime:
        assert runtime.invoke({"n": 1}).reply == [{"n": 1}, False, False]
    with running_javascript(tmp_path, code, NEW, handler="index.big") as runtime:
        stringify = ("Runtime.JSONStringifyError", "Unable to stringify response body")
        assert outcome(runtime.invoke({}), tmp_path) == stringify
        assert outcome(runtime.invoke({}), tmp_path) == stringify


@pytest.mark.parametrize("name", ENDS)
def test_each_end_has_lambdas_own_name(tmp_path: Path, name: str) -> None:
    files, old, new = ENDS[name]
    with running_javascript(tmp_path, files, OLD) as running:
        assert outcome(running.invoke({}), tmp_path) == old
    if new is not None:
        with running_javascript(tmp_path, files, NEW) as running:
            assert outcome(running.invoke({}), tmp_path) == new


@pytest.mark.parametrize("runtime", [OLD, NEW])
@pytest.mark.parametrize("place", PLACES)
def test_a_handler_is_found_wherever_lambda_finds_it(tmp_path: Path, place: str, runtime: str) -> None:
    handler, files = PLACES[place]
    with running_javascript(tmp_path, files, runtime, handler=handler) as running:
        assert outcome(running.invoke({}), tmp_path) == "here"


@pytest.mark.parametrize(("handler", "kind"), [("index", "Bad handler"), ("../index.handler", "must not contain '..'")])
def test_a_name_that_cannot_be_a_handlers_is_malformed(tmp_path: Path, handler: str, kind: str) -> None:
    with running_javascript(tmp_path, "exports.handler = 1;", handler=handler) as runtime:
        error = runtime.invoke({}).error
    assert error is not None
    assert (error.type, kind in error.message) == ("Runtime.MalformedHandlerName", True)


def test_after_an_end_the_next_event_gets_a_new_process_at_once(tmp_path: Path) -> None:
    code = """
        exports.handler = async (event) => {
          if (event.end) {
            Promise.reject(new Error('lost'));
            await new Promise((resolve) => setTimeout(resolve, 9000));
          }
          return 'well';
        };
    """
    with running_javascript(tmp_path, code, OLD) as runtime:
        for _ in range(3):
            assert outcome(runtime.invoke({"end": True}), tmp_path) == (
                "Runtime.UnhandledPromiseRejection",
                "Error: lost",
            )
            assert runtime.invoke({}).reply == "well"


def test_what_nobody_catches_between_two_events_is_no_events_error(tmp_path: Path) -> None:
    code = """
        exports.handler = async () => { setTimeout(() => { throw new Error('between'); }, 30); return 1; };
    """
    with running_javascript(tmp_path, code, OLD) as runtime:
        assert runtime.invoke({}).reply == 1
        assert runtime._sandbox is not None
        while runtime._sandbox.alive:
            runtime._sandbox._wait(0.01)
        again = runtime.invoke({})
    assert (again.reply, again.cold) == (1, True)


def test_the_log_has_lambdas_format_and_the_id_of_the_request(tmp_path: Path) -> None:
    code = r"""
        console.log('loading');
        exports.handler = async (event, context) => {
          console.log('%s is %d', 'one', 1, { a: [1] });
          console.info('two\nlines');
          console.warn('w'); console.error('e'); console.debug('d'); console.trace('t'); console.log();
          process.stdout.write('raw\n');
          process.stderr.write('raw error\n');
          return context.awsRequestId;
        };
    """
    with running_javascript(tmp_path, code, "nodejs24.x") as runtime:
        invocation = runtime.invoke({})
    time = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t")
    lines = [time.sub("", line).replace(invocation.reply, "ID") for line in invocation.logs]
    assert lines[-11:] == [
        "-\tINFO\tloading",
        "ID\tINFO\tone is 1 { a: [ 1 ] }",
        "ID\tINFO\ttwo",
        "lines",
        "ID\tWARN\tw",
        "ID\tERROR\te",
        "ID\tDEBUG\td",
        "ID\tTRACE\tt",
        "ID\tINFO\tundefined",
        "raw",
        "raw error",
    ]


def test_an_error_is_logged_and_reported_with_its_frames_and_details(tmp_path: Path) -> None:
    code = """
        class Odd extends Error { constructor() { super('m'); this.name = 'Odd'; this.extra = { a: 1 }; } }
        function inner() { throw new Odd(); }
        exports.handler = async () => inner();
    """
    with running_javascript(tmp_path, code, OLD) as runtime:
        invocation = runtime.invoke({})
    assert invocation.error is not None
    first, *frames = invocation.error.stack_trace
    assert first == "Odd: m"
    assert [f"inner ({tmp_path}" in frames[0], f"exports.handler ({tmp_path}" in frames[1]] == [True, True]
    [line] = [line for line in invocation.logs if "Invoke Error" in line]
    logged = json.loads(line.partition("Invoke Error \t")[2])
    assert (logged["errorType"], logged["errorMessage"], logged["extra"]) == ("Odd", "m", {"a": 1})
    assert "node_client" not in line
    assert not any("node_client" in frame for frame in frames)


def test_the_context_says_what_lambda_says(tmp_path: Path) -> None:
    code = """
        exports.handler = async (event, context) => {
          const remaining = context.getRemainingTimeInMillis();
          const trace = process.env._X_AMZN_TRACE_ID.startsWith('Root=1-');
          return { ...context, remaining, trace, keys: Object.keys(context) };
        };
    """
    with running_javascript(tmp_path, code, OLD, timeout=20) as runtime:
        context = runtime.invoke({}).reply
    assert 0 < context.pop("remaining") <= 20_000
    assert re.fullmatch(r"[0-9a-f-]{36}", context.pop("awsRequestId"))
    assert context.pop("logStreamName").count("[$LATEST]") == 1
    assert context == {
        "callbackWaitsForEmptyEventLoop": True,
        "functionVersion": "$LATEST",
        "functionName": "Plugin-demo",
        "memoryLimitInMB": "128",
        "logGroupName": "/aws/lambda/Plugin-demo",
        "invokedFunctionArn": "arn:aws:lambda:eu-central-1:123456789012:function:Plugin-demo",
        "trace": True,
        "keys": [
            "callbackWaitsForEmptyEventLoop", "succeed", "fail", "done", "functionVersion", "functionName",
            "memoryLimitInMB", "logGroupName", "logStreamName", "clientContext", "identity", "invokedFunctionArn",
            "awsRequestId", "tenantId", "getRemainingTimeInMillis",
        ],
    }  # fmt: skip


@pytest.mark.parametrize("runtime", [OLD, NEW])
def test_a_streamed_reply_is_collected(tmp_path: Path, runtime: str) -> None:
    code = """
        const { streamifyResponse, HttpResponseStream } = awslambda;
        const cases = {
          async json(stream) { stream.write('{"a": '); stream.write({ b: [1] }); stream.end('}'); },
          async http(stream) {
            const prelude = { statusCode: 201, headers: { 'x-a': '1' }, cookies: ['c=1'] };
            const http = HttpResponseStream.from(stream, prelude);
            http.write('caf');
            http.end('\\u00e9');
          },
          async open(stream) { stream.write('1'); },
          async fails() { throw new RangeError('r'); },
        };
        exports.handler = streamifyResponse(async (event, stream, context) => cases[event.case](stream, context));
    """
    with running_javascript(tmp_path, code, runtime) as running:
        assert running.invoke({"case": "json"}).reply == {"a": {"b": [1]}}
        http = running.invoke({"case": "http"})
        assert outcome(running.invoke({"case": "open"}), tmp_path) == ("Error", "Response stream is not finished.")
        assert outcome(running.invoke({"case": "fails"}), tmp_path) == ("RangeError", "r")
        assert running.invoke({"case": "json"}).cold is False
    assert (http.status_code, http.headers["x-a"], http.response.cookies) == (201, "1", ("c=1",))
    assert http.response.content.decode() == "café"


@pytest.mark.parametrize(
    ("module", "runtime", "sentence"),
    [
        ("aws-sdk", "nodejs16.x", "put aws-sdk into the plugin's node_modules (npm install aws-sdk)"),
        ("aws-sdk", "nodejs18.x", "nodejs18.x has version 3 of the AWS SDK, and no aws-sdk"),
        ("@aws-sdk/client-s3", "nodejs20.x", "npm install @aws-sdk/client-s3"),
    ],
)
def test_where_the_aws_sdk_is_missing_the_log_says_what_to_do(
    tmp_path: Path, module: str, runtime: str, sentence: str
) -> None:
    with running_javascript(tmp_path, f"require('{module}');", runtime) as running:
        invocation = running.invoke({})
    assert invocation.error is not None
    assert invocation.error.type == "Runtime.ImportModuleError"
    assert any(sentence in line for line in invocation.logs)


def test_large_events_and_replies_go_through_whole(tmp_path: Path) -> None:
    text = "é\N{LINE SEPARATOR}" * 600_000
    with running_javascript(tmp_path, "exports.handler = async (event) => event;", memory_mb=512) as runtime:
        assert runtime.invoke({"text": text}).reply == {"text": text}
        assert runtime.invoke({"text": "small"}).reply == {"text": "small"}


def test_a_plugin_may_replace_what_the_client_uses(tmp_path: Path) -> None:
    code = """
        require('http').request = () => { throw new Error('replaced'); };
        require('net').connect = require('net').createConnection = () => { throw new Error('replaced'); };
        JSON.parse = ((parse) => (text) => parse(text))(JSON.parse);
        exports.handler = async (event) => event;
    """
    with running_javascript(tmp_path, code) as runtime:
        assert [runtime.invoke({"n": n}).reply for n in range(2)] == [{"n": 0}, {"n": 1}]


def test_the_interpreter_that_stands_in_is_named_in_the_log(tmp_path: Path) -> None:
    function = javascript(tmp_path, "exports.handler = async () => process.versions.node;", "nodejs16.x")
    assert function.node is not None
    with running_javascript(tmp_path, {}, "nodejs16.x") as runtime:
        first, second = runtime.invoke({}), runtime.invoke({})
    assert first.reply == function.node.version
    assert first.logs == ([function.node.notice] if function.node.notice else [])
    assert second.logs == []
