"""Whole-process time of compose2qt beside the reference binary, as ratios: ``python benchmarks/whole_process.py [RUNS]``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
FIXTURE = ROOT / "fixtures" / "quantum-trader"
MAPPING = ROOT / "mappings" / "quantum-trader.yaml"
BIN = Path(sys.executable).parent
# Compiled modules are kept, as on a user's machine; a first run that compiles them is not what anybody waits for twice.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
COMPOSE_FILE = ["-f", str(FIXTURE / "docker-compose.yml"), "--env-file", str(FIXTURE / "quantum.env")]
PROFILES = ["--profile", "dev", "--profile", "microservices", "--profile", "strategy-gen"]


def commands(out: str) -> dict[str, list[str]]:
    """The measured commands by name."""
    ours = [sys.executable, "-m", "compose2qt"]
    return {
        "bare interpreter": [sys.executable, "-c", "pass"],
        "docker-compose config": [str(BIN / "docker-compose"), *COMPOSE_FILE, *PROFILES, "config", "--format", "json"],
        "compose2qt --version": [*ours, "--version"],
        "compose2qt config": [*ours, "config", *COMPOSE_FILE, *PROFILES, "--format", "json"],
        "compose2qt convert (no mapping)": [*ours, "convert", *COMPOSE_FILE, *PROFILES, "-o", f"{out}/plain"],
        "compose2qt convert (mapping)": [*ours, "convert", "-m", str(MAPPING), "-o", f"{out}/mapped"],
    }


def milliseconds(command: list[str]) -> float:
    """The wall time of one run of ``command``, which must succeed."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    return (time.perf_counter() - start) * 1000


def main(runs: int) -> None:
    """Print the fastest of ``runs`` interleaved runs of each command, and its ratio to the reference."""
    with tempfile.TemporaryDirectory() as out:
        named = commands(out)
        times: dict[str, list[float]] = {name: [] for name in named}
        for _ in range(runs):
            for name, command in named.items():
                times[name].append(milliseconds(command))
    best = {name: min(found) for name, found in times.items()}
    reference = best["docker-compose config"]
    print(f"{'command':34} {'ms':>7} {'ratio':>7}   (fastest of {runs}; ratio to docker-compose config)")
    for name, value in best.items():
        print(f"{name:34} {value:7.0f} {value / reference:7.2f}")
    print(f"--version adds {best['compose2qt --version'] - best['bare interpreter']:.0f} ms to a bare interpreter")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
