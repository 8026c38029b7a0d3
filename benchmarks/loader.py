"""Loading beside the reference, in one run, as ratios: ``python benchmarks/loader.py [RUNS]``.

Both programs run ``config --format json`` as whole processes on the same files. The reference refuses a file of more than
100,000 YAML nodes, so only small services can be compared at 10,000; larger ones have a table of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent
PROGRAMS = {
    "reference": [str(BIN / "docker-compose"), "config", "--format", "json"],
    "compose2qt": [sys.executable, "-m", "compose2qt", "config", "--format", "json"],
}
SIZES = (10, 100, 1_000, 10_000)
SMALL = "  s{n}: {{image: 'app:{n}', environment: {{LEVEL: info}}}}\n"
LARGE = """  s{n}:
    image: registry.example/app:1.{n}
    command: ["serve", "--port", "80"]
    restart: unless-stopped
    environment: {{LEVEL: info, WORKERS: 4, URL: 'postgres://app:${{PW:-pw}}@db/app{n}'}}
    ports: ["80"]
    volumes: ["data:/var/lib/app", "./conf:/etc/app:ro"]
    networks: [front, back]
    healthcheck: {{test: ["CMD", "true"], interval: 10s, retries: 3}}
    deploy: {{resources: {{limits: {{cpus: "0.5", memory: 256M}}}}}}
    labels: {{tier: backend}}
"""
TAIL = "networks: {front: {}, back: {}}\nvolumes: {data: {}}\n"


HEAD = ("services", "reference", "compose2qt", "ratio", "us/service", "peak MB", "KB/service")


class Measure(NamedTuple):
    """One run: wall seconds (infinite if the file is refused), peak megabytes, and seconds of the processor.

    The last say what the work costs where others use the machine, too.
    """

    seconds: float
    megabytes: float
    processor: float


def measured(command: list[str], folder: str) -> Measure:
    """What one run of ``command`` takes."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = float("inf") if process.returncode else time.perf_counter() - start
    return Measure(seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)


def best(service: str, size: int, runs: int) -> tuple[float, float, float]:
    """Seconds of the reference, ours, and our peak megabytes: the least of ``runs`` interleaved runs."""
    with tempfile.TemporaryDirectory() as folder:
        text = "services:\n" + "".join(service.format(n=n) for n in range(size)) + TAIL
        Path(folder, "compose.yaml").write_text(text)
        found = [{name: measured(command, folder) for name, command in PROGRAMS.items()} for _ in range(runs)]
    theirs, ours = (min(run[name][0] for run in found) for name in PROGRAMS)
    return theirs, ours, min(run["compose2qt"][1] for run in found)


def table(title: str, service: str, runs: int) -> None:
    """Print a line for each size; memory per service is what the services add to the smallest project."""
    print(title, "".join(f"{cell:>12}" for cell in HEAD), sep="\n")
    base = 0.0
    for size in SIZES:
        theirs, ours, peak = best(service, size, runs)
        base = base or peak
        each = (peak - base) * 1024 / (size - SIZES[0]) if size > SIZES[0] else 0.0
        reference = f"{theirs * 1e3:.0f} ms" if theirs < float("inf") else "refuses"
        ratio = f"{ours / theirs:.2f}" if theirs < float("inf") else "-"
        cells = (
            f"{size:,}",
            reference,
            f"{ours * 1e3:.0f} ms",
            ratio,
            f"{ours / size * 1e6:.0f}",
            f"{peak:.0f}",
            f"{each:.1f}",
        )
        print("".join(f"{cell:>12}" for cell in cells))


def main(runs: int) -> None:
    """Small services and larger ones."""
    table("small services", SMALL, runs)
    table("larger services", LARGE, runs)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
