"""How long calls take, and on what machine."""

import os
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of a number of calls."""

    p50: float
    p95: float

    @classmethod
    def of(cls, call: Callable[[Any], object], arguments: Iterable[Any]) -> Self:
        """Call once for each argument and return how long the calls took; the first is done once more, to warm up."""
        arguments = list(arguments)
        call(arguments[0])
        taken = []
        for argument in arguments:
            start = time.perf_counter()
            call(argument)
            taken.append((time.perf_counter() - start) * 1000)
        return cls(*(round(float(np.percentile(taken, share)), 2) for share in (50, 95)))


def machine() -> dict[str, Any]:
    """Return what the figures depend on: processor, cores, the load that others make."""
    cpuinfo = Path("/proc/cpuinfo")
    named = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
    return {
        "processor": named[0] if named else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
    }
