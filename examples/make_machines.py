"""Make machines.csv: 40 machines, each measured on fifteen days, and whether it failed within a week.

python examples/make_machines.py > examples/machines.csv
"""

from __future__ import annotations

import csv
import math
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta

MODELS = ("A20", "A30", "B7")
FIRST_DAY = date(2024, 1, 8)


def measurements() -> Iterator[tuple[object, ...]]:
    """Yield one row for each machine and day, day by day."""
    draw = random.Random(7)
    machines = [(f"M{number:02}", draw.choice(MODELS), draw.gauss(0, 1)) for number in range(1, 41)]
    for day in range(15):
        for name, model, wear in machines:
            load = min(max(draw.gauss(70, 12), 20), 100)
            temperature = 42 + 0.25 * load + 2.5 * wear + draw.gauss(0, 2)
            vibration = math.exp(0.25 * wear + 0.012 * (load - 70) + draw.gauss(0, 0.25))
            oil = "" if draw.random() < 0.08 else draw.choices(("good", "worn", "dark"), (6, 3, 1))[0]
            risk = -5.4 + 1.1 * wear + 1.3 * vibration + 0.05 * (temperature - 60) + 0.9 * (oil == "dark")
            failed = draw.random() < 1 / (1 + math.exp(-risk))
            measured = FIRST_DAY + timedelta(days=7 * day)
            yield (
                name, measured.isoformat(), model, f"{load:.1f}", f"{temperature:.1f}", f"{vibration:.3f}", oil,
                "yes" if failed else "no",
            )  # fmt: skip


def main() -> None:
    """Write the table to standard output."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("machine", "measured_on", "model", "load", "temperature", "vibration", "oil", "failed"))
    writer.writerows(measurements())


if __name__ == "__main__":
    main()
