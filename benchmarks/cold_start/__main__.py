"""What a cold start takes, from the packaged plugin: `python -m benchmarks.cold_start`.

Each plugin's process is started in turns with all others, in AWS's runtime client, against one server that is the
platform and Lambda's Runtime API. The column for 128 MB is an estimate: Lambda runs init on a whole processor and an
invocation on 128/1769 of one, so that it is init's processor time and fourteen times that of the first event.
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median

from benchmarks.cold_start.first_event import Figures, first_event, serving
from benchmarks.cold_start.plugins import PLUGINS, ROOT, UV, package

FOLDER = ROOT / ".cache" / "bench-cold-start"
ROUNDS = 15
THROTTLED = 1769 / 128
COLUMNS = ("init", "CPU", "first event", "CPU", "at 128 MB", "memory", "modules", "files", "zip")


def main() -> None:
    """Packages, measures and prints."""
    from biot_plugin.testing import default_signer, events
    from biot_plugin.testing.event_signing import signed

    python = FOLDER / "runtime" / "bin" / "python"
    subprocess.run(
        [UV, "venv", "--quiet", "--allow-existing", "--python", sys.executable, python.parents[1]], check=True
    )
    subprocess.run(
        [UV, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, "awslambdaric"], check=True
    )
    body = {"name": " Ada ", **{f"field{index}": "x" * 40 for index in range(12)}}
    signer = default_signer()
    event = signed(events.pre_request("POST/organization/v1/users/patients", body=body), signer)
    packaged = {name: package(name, FOLDER / f"plugin-{number}") for number, name in enumerate(PLUGINS)}
    with serving(_encoded(signer.public_key), event) as platform:
        measured: dict[str, list[Figures]] = {name: [] for name in PLUGINS}
        for _ in range(ROUNDS):
            for name, plugin in packaged.items():
                measured[name].append(first_event(python, plugin.folder, platform))
        counted = {name: first_event(python, plugin.folder, platform, count=True) for name, plugin in packaged.items()}
    print(f"\nCold start of a packaged plugin, {ROUNDS} rounds, medians; times the first")
    print(f"  {'':<58}" + "".join(f"{column:>15}" for column in COLUMNS))
    base = None
    for name, figures in measured.items():
        times = _times(figures)
        base = base or times
        cells = [f"{1e3 * time:.1f} x{time / first:.2f}" for time, first in zip(times, base, strict=True)]
        count = counted[name]
        cells += [f"{median(of.memory for of in figures) / 1e6:.0f} MB"]
        cells += [f"{count.modules[0]} + {count.modules[1]}", f"{count.files[0]} + {count.files[1]}"]
        cells += [f"{packaged[name].bytes / 1e6:.1f} MB"]
        print(f"  {name:<58}" + "".join(f"{cell:>15}" for cell in cells))


def _times(figures: list[Figures]) -> list[float]:
    """The medians of the columns that are times, in seconds."""
    return [
        median(of.init for of in figures),
        median(of.init_processor for of in figures),
        median(of.invocation for of in figures),
        median(of.invocation_processor for of in figures),
        median(of.init_processor + of.invocation_processor * THROTTLED for of in figures),
    ]


def _encoded(key: object) -> str:
    """A public key as the platform sends it."""
    import base64

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    assert isinstance(key, RSAPublicKey)
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


if __name__ == "__main__":
    main()
