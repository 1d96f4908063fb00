"""What a plugin's init does in AWS's runtime client, from its package: by part, and as a profile.

Each stage is a plugin in the same package that does what the one before does and one thing more, so that a part is the
difference of two. The last one is the plugin whose cold start is measured.
"""

from __future__ import annotations

import os
import py_compile
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import psutil

from benchmarks.cold_start.first_event import (
    COMMAND,
    Platform,
    first_event,
    lambda_environment,
    runtime,
    serving_event,
)
from benchmarks.cold_start.plugins import FOLDER, package
from benchmarks.measuring.processes import Process
from benchmarks.measuring.report import Report
from benchmarks.measuring.table import Times
from benchmarks.plugins.ours import STRIP
from benchmarks.plugins.verifying_texts import NOTHING
from benchmarks.profiles.stacks import RATE, SILENT, Profile, merge, recording, stacks_of

__all__ = ["profile"]

ROUNDS, RUNS = 11, 12
LOGGER = "from aws_lambda_powertools.logging import Logger\n"
CRYPTOGRAPHY = """
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA512
"""
FRAMEWORK = "from biot_plugin import Plugin, PreRequest\n"
UNVERIFIED = "import os\nos.environ['BIOT_SHOULD_VALIDATE_JWT'] = 'false'\n"
HTTP = "import http.client\n"
INTERPRETER, WHOLE = "the interpreter", "the key of the platform, fetched and read"
STAGES = {
    "AWS's runtime client": NOTHING,
    "powertools' Logger": LOGGER + NOTHING,
    "cryptography": LOGGER + CRYPTOGRAPHY + NOTHING,
    "import biot_plugin": LOGGER + CRYPTOGRAPHY + FRAMEWORK + NOTHING,
    "the plugin, and what its events need": UNVERIFIED + LOGGER + CRYPTOGRAPHY + STRIP,
    "http.client, for the key": UNVERIFIED + LOGGER + CRYPTOGRAPHY + HTTP + STRIP,
    WHOLE: LOGGER + CRYPTOGRAPHY + STRIP,
}


def profile(report: Report) -> Profile:
    """Start a plugin in processes of its own; report what each part of init takes."""
    python, packaged = runtime(), package("biot_plugin", FOLDER / "profiled").folder
    stages = {
        name: _stage(packaged, FOLDER / f"stage-{number}", text) for number, (name, text) in enumerate(STAGES.items())
    }
    nothing = Process((python, "-c", "pass"), FOLDER, {"PYTHONDONTWRITEBYTECODE": "1"})
    seconds: dict[str, list[float]] = {name: [] for name in STAGES}
    with serving_event() as platform:
        for _ in range(ROUNDS):
            nothing.run()
            for name, folder in stages.items():
                seconds[name].append(first_event(python, folder, platform).init_processor)
        stacks = [line for _ in range(RUNS) for line in _sampled(python, packaged, platform)]
    assert stacks, "the sampler has seen none of the processes"
    of = {name: Times.of(values) for name, values in {INTERPRETER: nothing.processor, **seconds}.items()}
    report.add("Init, one part after another, processor's time", of, base=INTERPRETER, unit="ms")
    report.add_figures("Init by part", _parts(of))
    return Profile(of[WHOLE], merge("init of a plugin", stacks))


def _stage(packaged: Path, folder: Path, text: str) -> Path:
    """Copy a package with another plugin in it, which is compiled as the package is."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(packaged, folder, ignore=shutil.ignore_patterns("index*.pyc"))
    index = folder / "index.py"
    index.write_text(text)
    py_compile.compile(str(index), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    return folder


def _parts(of: dict[str, Times]) -> dict[str, dict[str, str]]:
    """What each stage takes more than the one before, by the fastest rounds."""
    least = [times.least for times in of.values()]
    more = [least[0], *(after - before for before, after in pairwise(least))]
    return {
        name: {"processor's time": f"{1e3 * value:.1f} ms", "part": f"{value / least[-1]:.0%}"}
        for name, value in zip(of, more, strict=True)
    }


def _sampled(python: Path, task: Path, platform: Platform) -> Sequence[str]:
    """Sample a plugin from the start of its process until it has answered its first event.

    There is nothing where the sampler has looked for an interpreter before it was there.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stacks = folder / "stacks"
        options = ("--nonblocking", "--rate", str(RATE), "--output", str(stacks), "--", str(python), *COMMAND)
        # The sampler is found by the PATH that is.
        environment = {**os.environ, **lambda_environment(folder, task, platform), "PATH": os.environ["PATH"]}
        platform.reset(None)
        with subprocess.Popen(recording(*options), cwd=task, env=environment, **SILENT) as sampler:
            platform.pid = sampler.pid
            assert platform.asked_twice.wait(60), "the plugin has not answered"
            for child in psutil.Process(sampler.pid).children(recursive=True):
                if child.cmdline()[1:] == list(COMMAND):
                    child.terminate()
            platform.ended.set()
            sampler.wait()
        return stacks_of(stacks) if stacks.exists() else ()
