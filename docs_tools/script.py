"""A page of the documentation as one script that types what its readers type.

    python -m docs_tools.script docs/tutorial.md >tutorial.sh

The script names each step before it runs it, so that what was printed can be compared with what the page shows.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from docs_tools.blocks import SECOND_TERMINAL, Block, read_blocks
from docs_tools.transcripts import INTERRUPT, pattern, read_exchanges

__all__ = ["SHELLS", "STEP", "Step", "runs_in_a_shell", "steps", "write_script"]

#: What begins the line before a step.
STEP = "== "
SHELLS = frozenset({"shell", "sh", "bash"})

_HEAD = """\
#!/usr/bin/env bash
# What {page} has its readers type, made by `python -m docs_tools.script {page}`.
set -euo pipefail
exec </dev/null 2>&1

shown=0
output=$(mktemp)
trap 'test -z "${{program:-}}" || kill -- "-$program" 2>/dev/null || true; rm -f "$output"' EXIT

step() {{ printf '\\n== %s\\n' "$1"; }}

ended_with() {{ # CODE EXPECTED
  [ "$1" -eq "$2" ] || {{ echo "exit code $1 instead of $2"; exit 1; }}
}}

show() {{ # what the program in the second terminal has printed since the last time
  tail -c "+$((shown + 1))" "$output"
  shown=$(wc -c <"$output")
}}

wait_for() {{ # PATTERN: until the program in the second terminal has printed it
  local ended=
  for _ in $(seq {tenths}); do
    kill -0 "$program" 2>/dev/null || ended=yes  # what it has printed last counts
    if tail -c "+$((shown + 1))" "$output" | grep -qE -- "$1"; then return; fi
    [ -z "$ended" ] || break
    sleep 0.1
  done
  cat "$output"
  echo "the second terminal did not show: $1"
  exit 1
}}

answered() {{ # ANSWER... COMMAND: on a terminal, one whenever it asks
  python3 - "$@" <<'PYTHON'
import os, pty, sys

*answers, command = sys.argv[1:]
os.environ["TERM"] = "dumb"
process, terminal = pty.fork()
if not process:
    os.execvp("bash", ["bash", "-c", command])
printed = b""
while True:
    try:
        more = os.read(terminal, 4096)
    except OSError:  # the command has ended
        more = b""
    if not more:
        break
    printed += more
    if answers and printed.endswith((b": ", b"? ", b"] ", b") ")):
        os.write(terminal, answers.pop(0).encode() + b"\\n")
print(printed.decode().replace("\\r", ""), end="")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
PYTHON
}}

attach() {{ # ADDRESS [FILE TEXT EXPRESSION COMMAND]: as an editor does, with a breakpoint where COMMAND comes to TEXT
  python3 - "$@" <<'PYTHON'
import json, pathlib, socket, subprocess, sys

address, *stop = sys.argv[1:]
host, _, port = address.rpartition(":")
connection = socket.create_connection((host, int(port)), 60)
messages = connection.makefile("rb")
sent = 0

def send(command, **arguments):
    global sent
    sent += 1
    body = json.dumps({{"seq": sent, "type": "request", "command": command, "arguments": arguments}}).encode()
    connection.sendall(b"Content-Length: %d\\r\\n\\r\\n%s" % (len(body), body))

def wait_for(name):  # an event, or the response to a command
    while line := messages.readline():
        messages.readline()
        message = json.loads(messages.read(int(line.partition(b":")[2])))
        if message.get("success") is False:
            sys.exit(f"the debugger refused: {{message}}")
        if name in (message.get("event"), message.get("command")):
            return message.get("body") or {{}}
    sys.exit(f"the debugger went away before {{name}}")

def ask(command, **arguments):
    send(command, **arguments)
    return wait_for(command)

ask("initialize", adapterID="editor", pathFormat="path", linesStartAt1=True, columnsStartAt1=True)
send("attach", justMyCode=True)
wait_for("initialized")
if stop:
    file, text, expression, command = stop
    lines = pathlib.Path(file).read_text().splitlines()
    line = next(number for number, code in enumerate(lines, 1) if text in code)
    source = {{"path": str(pathlib.Path(file).resolve())}}
    ask("setBreakpoints", source=source, breakpoints=[{{"line": line}}])
send("configurationDone")
wait_for("attach")
if stop:
    call = subprocess.Popen(["bash", "-c", command], stdout=subprocess.DEVNULL)
    thread = wait_for("stopped")["threadId"]
    frame = ask("stackTrace", threadId=thread)["stackFrames"][0]
    value = ask("evaluate", expression=expression, frameId=frame["id"], context="repl")["result"]
    print(f"stopped at {{file}}:{{frame['line']}}, where {{expression}} is {{value}}")
    assert frame["line"] == line
    ask("setBreakpoints", source=source, breakpoints=[])
    ask("continue", threadId=thread)
    assert call.wait(60) == 0
    ask("disconnect", terminateDebuggee=False)
else:
    while messages.read1():  # until what is debugged has ended
        pass
PYTHON
}}

start() {{ # COMMAND: in the second terminal
  : >"$output"
  shown=0
  set -m
  (eval "$1") >"$output" 2>&1 &
  program=$!
  set +m
}}

interrupt() {{
  kill -INT -- "-$program"
  wait "$program" || true
  program=
}}
"""
_PORT = "8787"
# How long the second terminal is waited for.
_TENTHS_OF_SECONDS = 600
_SERVERS = re.compile(r"(?<![\w/-])(biot-(?:plugin dev|emulator serve))\b(?![^\n]*--port)")


class Step(NamedTuple):
    """A part of the script, with what the page shows after it.

    Attributes:
        name: Its place on the page.
        script: The lines of the script.
        shown: What the page shows of its output.
    """

    name: str
    script: str
    shown: tuple[str, ...] = ()


def runs_in_a_shell(block: Block) -> bool:
    """Whether a block is a part of its page's script: commands, or a file that they need."""
    return block.language in SHELLS | {"console"} or _is_file(block)


def steps(blocks: list[Block]) -> list[Step]:
    """Return the steps of a page's script."""
    return [step for block in blocks if runs_in_a_shell(block) and not block.reason for step in _steps(block)]


def write_script(page: str, of: list[Step], port: int = int(_PORT)) -> str:
    """Write the script of a page.

    Args:
        page: The page's name.
        of: Its steps.
        port: The port of the programs that serve, in place of the one that the page shows.
    """
    body = "\n".join(f"step {step.name}\n{step.script}" for step in of)
    if port != int(_PORT):
        body = _SERVERS.sub(rf"\1 --port {port}", body).replace(_PORT, str(port))
    return f"{_HEAD.format(page=page, tenths=_TENTHS_OF_SECONDS)}\n{body}\n"


def _steps(block: Block) -> Iterator[Step]:
    if block.title == SECOND_TERMINAL:
        yield from _in_the_second_terminal(block)
    elif block.language == "console":
        exchanges = read_exchanges(block.text)
        for number, exchange in enumerate(exchanges, 1):
            exit_code = block.exit_code if number == len(exchanges) else 0
            yield Step(f"{block.place}.{number}", _command(exchange.command, exit_code, block.answers), exchange.lines)
    elif block.language in SHELLS:
        yield Step(block.place, _command(block.text.rstrip(), block.exit_code, block.answers))
    else:
        yield Step(block.place, _file(str(block.title), block.text))


def _in_the_second_terminal(block: Block) -> Iterator[Step]:
    exchanges = read_exchanges(block.text)
    commands = [exchange.command for exchange in exchanges if exchange.command]
    lines = exchanges[-1].lines
    script = [f"start {quote(chr(10).join(commands))}"] if commands else []
    last = next((line for line in reversed(lines) if line.strip() not in ("", "...", INTERRUPT)), None)
    if INTERRUPT in lines:
        script.append("interrupt")
    elif last:
        script.append(f"wait_for {quote(pattern(last.rstrip()))}")
    yield Step(block.place, "\n".join([*script, "show"]), lines)


def _command(command: str, exit_code: int, answers: str | None) -> str:
    if answers is not None:
        typed = " ".join(map(quote, answers.split("; ")))
        command = f"answered {typed} {quote(command)}"
    return f"ended=0\n{{\n{command}\n}} || ended=$?\nended_with $ended {exit_code}" if exit_code else command


def _file(path: str, text: str) -> str:
    return f"mkdir -p {quote(str(Path(path).parent))}\ncat >{quote(path)} <<'END_OF_FILE'\n{text}END_OF_FILE"


def _is_file(block: Block) -> bool:
    return bool(block.title) and block.title != SECOND_TERMINAL


if __name__ == "__main__":
    document = Path(sys.argv[1]).resolve()
    print(write_script(sys.argv[1], steps(read_blocks(document))), end="")
