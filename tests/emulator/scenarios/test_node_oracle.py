"""The same handlers in JavaScript by AWS's runtime client and by ours have the same ends, word for word.

Where they differ, a test of its own says in what: ours says where a syntax is wrong, what has been required in vain,
and where a rejected promise came from; AWS's published client for `nodejs20.x` answers null where a promise is
never settled. Streams are not compared, as AWS's sends them in a form that is for Lambda alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_emulator.lambda_function.configuration import Node
from tests.emulator.javascript import write
from tests.emulator.sandbox.test_node_client import ENDS, PLACES
from tests.emulator.scenarios.node_oracle import Judgement, build_client, judge, obtain_node

pytestmark = pytest.mark.matrix

_HANDLERS = {
    "echo": "async (event) => event",
    "nothing": "async () => {}",
    "value": "() => ({ a: 1 })",
    "odd JSON": "async () => ({ d: new Date(0), m: new Map([[1, 2]]), b: Buffer.from('a'), u: undefined, n: NaN })",
    "text": r"async () => '\u2028 \ud800 é'",
    "thenable": "() => ({ then(resolve) { resolve(7); } })",
    "callback": "(event, context, callback) => callback(null, { a: 1 })",
    "callback of an error": "(event, context, callback) => callback(new Error('x'))",
    "callback of a text": "(event, context, callback) => callback('x')",
    "callback later": "(event, context, callback) => setTimeout(() => callback(null, 1), 20)",
    "callback twice": "(event, context, callback) => { callback(null, 1); callback(null, 2); }",
    "no callback": "(event, context, callback) => {}",
    "callback that waits": "(e, c, callback) => { setTimeout(() => console.log('late'), 60); callback(null, 1); }",
    "callback that does not wait": (
        "(event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; "
        "setInterval(() => {}, 1000); callback(null, 1); }"
    ),
    "endless callback": "(e, c, callback) => { setInterval(() => {}, 1000); callback(null, 1); }",
    "endless promise": "async () => { setInterval(() => {}, 1000); return 1; }",
    "succeed": "(event, context) => context.succeed({ a: 1 })",
    "fail": "(event, context) => context.fail(new RangeError('r'))",
    "fail for nothing": "(event, context) => context.fail()",
    "done": "(event, context) => context.done(null, 3)",
    "done with an error": "(event, context) => context.done({ a: 1 }, 3)",
    "throw": "() => { throw new TypeError('no'); }",
    "throw a text": "async () => { throw 'a'; }",
    "throw a number": "async () => { throw 5; }",
    "throw null": "async () => { throw null; }",
    "throw an object": "async () => { throw { a: 1 }; }",
    "uncaught text": "async () => { setTimeout(() => { throw 'late'; }); await new Promise((r) => setTimeout(r, 9)); }",
    "many errors": "async () => { throw new AggregateError([new Error('b')], 'many'); }",
    "deletion": r"async () => { throw new Error('a\x7fb'); }",
    "no JSON": "async () => ({ a: 1n })",
    "endless reply": "async () => { const a = {}; a.a = a; return a; }",
    "killed": "async () => { process.kill(process.pid, 'SIGKILL'); }",
    "busy": "async () => { for (;;); }",
    "log": r"async () => { console.log('a\nb', { x: 1 }); console.error('%s-%d', 'a', 5); console.log(); }",
    "keys": "async (event, context) => Object.keys(context).sort()",
    "environment": "async () => [process.env._HANDLER, process.env.AWS_EXECUTION_ENV, require.main === module]",
    "late import": "async () => { require('nope'); }",
    "late import of a module": "async () => { await import('nope'); }",
}
#: What AWS's clients do otherwise, as tests below say.
_WHERE = ("unhandled rejection", "missing module", "syntax", "syntax of a module", "import in CommonJS")
_OTHERWISE = {*_WHERE, "unsettled"}


def _files(name: str) -> dict[str, str]:
    files = ENDS[name][0] if name in ENDS else f"exports.handler = {_HANDLERS[name]};"
    return {"index.js": files} if isinstance(files, str) else files


def _without_words(judgements: list[Judgement]) -> list[Judgement]:
    """Leave out the words of the one error that ours says in words of its own."""
    return [
        one._replace(error=(one.error[0], "", one.error[2]))
        if one.error and one.error[0] == "Runtime.CallbackHandlerDeprecated"
        else one
        for one in judgements
    ]


@pytest.fixture(params=[20, 24], scope="module")
def node(request: pytest.FixtureRequest) -> Node:
    return obtain_node(request.param)


@pytest.fixture(scope="module")
def client(node: Node) -> Path:
    return build_client(node.major)


@pytest.mark.parametrize("name", [*_HANDLERS, *(name for name in ENDS if name not in _OTHERWISE)])
def test_both_say_the_same(tmp_path: Path, node: Node, client: Path, name: str) -> None:
    write(tmp_path, _files(name))
    ours, theirs = (judge(tmp_path, node, "index.handler", 2, program) for program in (None, client))
    if name == "uncaught text" or name not in _HANDLERS:
        # The second event is for a new process, or for the one that is just ending.
        ours, theirs = ours[:1], theirs[:1]
    assert _without_words(ours) == _without_words(theirs)


@pytest.mark.parametrize("place", PLACES)
def test_both_find_a_handler_at_the_same_places(tmp_path: Path, node: Node, client: Path, place: str) -> None:
    handler, files = PLACES[place]
    write(tmp_path, files)
    ours, theirs = (judge(tmp_path, node, handler, 1, program) for program in (None, client))
    assert ours == theirs


@pytest.mark.parametrize("name", _WHERE)
def test_ours_alone_says_where_it_happened(tmp_path: Path, node: Node, client: Path, name: str) -> None:
    write(tmp_path, _files(name))
    [ours], [theirs] = (judge(tmp_path, node, "index.handler", 1, program) for program in (None, client))
    assert ours.error == theirs.error


def test_a_promise_that_is_never_settled_is_an_error(tmp_path: Path, node: Node, client: Path) -> None:
    write(tmp_path, _files("unsettled"))
    [ours], [theirs] = (judge(tmp_path, node, "index.handler", 1, program) for program in (None, client))
    if node.major == 24:
        assert ours == theirs
    else:
        assert theirs.error is None
        assert theirs.reply is None
        assert ours.error is not None
        assert ours.error[0] == "Runtime.NodeJsExit"


@pytest.mark.parametrize("major", [16, 18, 20, 22, 24])
def test_every_version_of_node_js_runs_both_kinds_of_modules(tmp_path: Path, major: int) -> None:
    node = obtain_node(major)
    for place in ("CommonJS", "ES module", "top-level await", "package of ES modules"):
        handler, files = PLACES[place]
        [one] = judge(write(tmp_path / place, files), node, handler, 1)
        assert (one.reply, one.log) == ("here", ())
    write(
        tmp_path, {"index.js": "exports.handler = async () => [process.versions.node, process.env.AWS_EXECUTION_ENV];"}
    )
    [one] = judge(tmp_path, node, "index.handler", 1)
    assert one.reply == [node.version, f"AWS_Lambda_nodejs{major}.x"]
