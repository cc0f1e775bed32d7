"""What the benchmarks stand on: guidepost in release, and tables."""

import json
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def fail(message: str) -> None:
    sys.exit(f"bench: {message}")


def table(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths))).rstrip()
        for row in [head, ["-" * width for width in widths], *rows]
    )


def built_guidepost() -> str:
    """Builds guidepost in release and says where it is."""
    print("building guidepost in release", flush=True)
    cargo = ["cargo", "build", "--release", "--locked", "--bin", "guidepost"]
    if subprocess.run(cargo, cwd=REPOSITORY, check=False).returncode != 0:
        fail("guidepost does not build")
    about = subprocess.run(["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=REPOSITORY, capture_output=True, check=True)
    return str(Path(json.loads(about.stdout)["target_directory"]) / "release" / "guidepost")
