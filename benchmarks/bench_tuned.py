"""How long a tuned job takes beside the bare fits of its candidates: as bench_job, most of them inner fits."""

from __future__ import annotations

from pathlib import Path

from bench_job import measure

SPEC = Path(__file__).with_name("tuned_job.yaml")

if __name__ == "__main__":
    measure(str(SPEC), 1, workers=(2,))
