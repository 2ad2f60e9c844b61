"""How many messages a second one API process accepts, and how long each takes.

    python -m benchmarks.api.accept [--rate 100] [--seconds 20] [--postgresql URL]

Accepted means stored for good; nothing answers here. The load (locust) runs on the same
machine and takes its share of it.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.api.installation import running_api

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
USERS = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, default=100, help="messages a second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--postgresql", metavar="URL", help="an empty database")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running_api(folder, arguments.postgresql) as api:
            row = _load(folder, api.url, api.key, arguments.rate, arguments.seconds)
    print(
        f"asked for {arguments.rate:g}/s: accepted {float(row['Requests/s']):.1f}/s, "
        f"failures {row['Failure Count']}, median {row['50%']} ms, "
        f"p95 {row['95%']} ms, p99 {row['99%']} ms"
    )


def _load(folder: Path, url: str, key: str, rate: float, seconds: int) -> dict[str, str]:
    environment = {
        "AISLE_BENCH_KEY": key,
        "AISLE_BENCH_RATE": str(rate),
        "AISLE_BENCH_USERS": str(USERS),
    }
    subprocess.run(
        [
            *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--host", url),
            *("--headless", "-u", str(USERS), "-r", str(USERS), "-t", f"{seconds}s"),
            *("--csv", str(folder / "load"), "--only-summary", "--reset-stats"),
        ],
        env={**os.environ, **environment},
        check=False,  # it ends with 1 when requests failed, which are printed
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with (folder / "load_stats.csv").open(encoding="utf-8") as table:
        return next(row for row in csv.DictReader(table) if row["Name"] == "accept")


if __name__ == "__main__":
    main()
