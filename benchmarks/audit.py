"""The report of a project and of a tree beside the reference, which only loads: ``python benchmarks/audit.py [RUNS]``.

Workloads are those of ``convert.py``. The columns are ratios to ``docker-compose config`` on the same Compose file: what a
conversion takes, the report of the project as JSON (it converts, too), and the report of the written tree in three formats.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from convert import CONVERT, SERVICE
from loader import PROGRAMS, measured

SIZES = (10, 100, 1_000)
REPORT = [sys.executable, "-m", "compose2qt", "report", "-o", "report.out"]
COLUMNS = {
    "convert": CONVERT,
    "report": [*REPORT, "--format", "json"],
    "tree json": [*REPORT, "--manifests", "out", "--format", "json"],
    "tree sarif": [*REPORT, "--manifests", "out", "--format", "sarif"],
    "tree html": [*REPORT, "--manifests", "out", "--format", "html"],
}


def main(runs: int) -> None:
    """A line for each number of workloads."""
    print("".join(f"{cell:>12}" for cell in ("workloads", "reference", *COLUMNS)))
    for size in SIZES:
        services = "".join(SERVICE.format(n=n, next=(n + 1) % size) for n in range(size))
        volumes = "".join(f"  data{n}: {{}}\n" for n in range(size))
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "compose.yaml").write_text(f"services:\n{services}volumes:\n{volumes}")
            subprocess.run(CONVERT, cwd=folder, check=True)
            theirs = min(measured(PROGRAMS["reference"], folder)[0] for _ in range(runs))
            ours = [min(measured(command, folder)[0] for _ in range(runs)) for command in COLUMNS.values()]
        cells = (f"{size:,}", f"{theirs * 1e3:.0f} ms", *(f"{one / theirs:.2f}" for one in ours))
        print("".join(f"{cell:>12}" for cell in cells))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
