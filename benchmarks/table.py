"""Times things side by side, and prints how they compare."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def measure(actions: Mapping[str, Callable[[], object]], *, rounds: int, repeat: int = 1) -> dict[str, float]:
    """The median seconds of each action, in rounds that take turns, so that a busy moment hits all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            start = time.perf_counter()
            for _ in range(repeat):
                action()
            seconds[name].append((time.perf_counter() - start) / repeat)
    return {name: statistics.median(values) for name, values in seconds.items()}


def show(title: str, seconds: Mapping[str, float], *, base: str, unit: str = "ms") -> None:
    """Prints the times, and each as a multiple of the base's."""
    factor = {"ms": 1e3, "us": 1e6}[unit]
    print(f"\n{title} (times the first: {base})")
    for name, value in seconds.items():
        print(f"  {name:<52} {value * factor:>9.1f} {unit}   x {value / seconds[base]:.2f}")
