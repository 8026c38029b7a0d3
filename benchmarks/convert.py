"""Converting beside the reference that only loads, in one run, as ratios: ``python benchmarks/convert.py [RUNS]``.

``convert`` reads the file, lowers, emits, reads its own output back, validates, proves and writes the tree; the reference
prints the resolved project. Both are whole processes on the same files. DESIGN section 7 wants a ratio of 1 at 1,000 services.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from loader import HEAD, PROGRAMS, SIZES, measured

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


def once(text: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Seconds and peak megabytes of the reference and of ours, on an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "compose.yaml").write_text(text)
        return measured(PROGRAMS["reference"], folder), measured(CONVERT, folder)


def main(runs: int) -> None:
    """A line for each size; memory per service is what the services add to the smallest project."""
    print("".join(f"{cell:>12}" for cell in HEAD))
    base = 0.0
    for size in SIZES:
        services = "".join(SERVICE.format(n=n, next=(n + 1) % size) for n in range(size))
        volumes = "".join(f"  data{n}: {{}}\n" for n in range(size))
        found = [once(f"services:\n{services}volumes:\n{volumes}") for _ in range(runs if size < 10_000 else 1)]
        theirs, ours = min(one[0][0] for one in found), min(one[1][0] for one in found)
        peak = min(one[1][1] for one in found)
        base = base or peak
        each = (peak - base) * 1024 / (size - SIZES[0]) if size > SIZES[0] else 0.0
        is_compared = theirs < float("inf")
        cells = (
            f"{size:,}",
            f"{theirs * 1e3:.0f} ms" if is_compared else "refuses",
            f"{ours * 1e3:.0f} ms",
            f"{ours / theirs:.2f}" if is_compared else "-",
            f"{ours / size * 1e6:.0f}",
            f"{peak:.0f}",
            f"{each:.1f}",
        )
        print("".join(f"{cell:>12}" for cell in cells))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
