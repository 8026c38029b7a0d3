"""Converting beside the reference that only loads, in one run, as ratios: ``python benchmarks/convert.py [RUNS]``.

``convert`` reads the file, lowers, emits, reads its own output back, validates, proves and writes the tree; the reference
prints the resolved project. Both are whole processes on the same files. DESIGN section 7 wants a ratio of 1 at 1,000 services.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from loader import HEAD, PROGRAMS, SIZES, Measure, measured

if TYPE_CHECKING:
    from collections.abc import Iterable

SERVICE = """  s{n}:
    image: registry.example/app:1.{n}
    command: ["serve", "--port", "8000"]
    restart: unless-stopped
    environment: {{LEVEL: info, PEER: 'http://s{next}:8000', DB_PASSWORD: pw{n}}}
    ports: ["8000"]
    volumes: ["data{n}:/var/lib/app"]
    healthcheck: {{test: ["CMD", "curl", "-f", "http://localhost:8000/health"], interval: 10s}}
    deploy: {{resources: {{limits: {{cpus: "0.5", memory: 256M}}}}}}
"""
CONVERT = [sys.executable, "-m", "compose2qt", "convert", "-q", "-o", "out"]


def once(text: str, kept: str) -> tuple[Measure, Measure]:
    """What the reference and ours take, on an empty folder.

    It is kept until the end: ext4 looks again and again at thousands of files that have just been deleted before it makes
    new ones, and a conversion would wait for the one before it.
    """
    folder = tempfile.mkdtemp(dir=kept)
    Path(folder, "compose.yaml").write_text(text)
    return measured(PROGRAMS["reference"], folder), measured(CONVERT, folder)


def main(runs: int) -> None:
    """A line for each size; memory per service is what the services add to the smallest project."""
    print("".join(f"{cell:>12}" for cell in (*HEAD, "cpu ratio")))
    base = 0.0
    with tempfile.TemporaryDirectory() as kept:
        for size in SIZES:
            services = "".join(SERVICE.format(n=n, next=(n + 1) % size) for n in range(size))
            text = f"services:\n{services}volumes:\n" + "".join(f"  data{n}: {{}}\n" for n in range(size))
            theirs, ours = map(_best, zip(*(once(text, kept) for _ in range(runs if size < 10_000 else 1)), strict=True))
            base = base or ours.megabytes
            each = (ours.megabytes - base) * 1024 / (size - SIZES[0]) if size > SIZES[0] else 0.0
            is_compared = theirs.seconds < float("inf")
            cells = (
                f"{size:,}",
                f"{theirs.seconds * 1e3:.0f} ms" if is_compared else "refuses",
                f"{ours.seconds * 1e3:.0f} ms",
                f"{ours.seconds / theirs.seconds:.2f}" if is_compared else "-",
                f"{ours.seconds / size * 1e6:.0f}",
                f"{ours.megabytes:.0f}",
                f"{each:.1f}",
                f"{ours.processor / theirs.processor:.2f}" if is_compared else "-",
            )
            print("".join(f"{cell:>12}" for cell in cells))


def _best(runs: Iterable[Measure]) -> Measure:
    """The least of each."""
    return Measure(*map(min, zip(*runs, strict=True)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
