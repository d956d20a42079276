"""The JSON Schema of a spec, for editors."""

from __future__ import annotations

from typing import Any

from job.spec.model import JobSpec

_NOT_FIXED = (
    ("SplitSpec", "method"),
    ("SplitSpec", "n_splits"),
    ("SplitSpec", "n_repeats"),
    ("SplitSpec", "random_state"),
    ("ClassificationSpec", "random_state"),
    ("MixtureSpec", "random_state"),
)
"""Keys whose default depends on other keys."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of what a spec may be.

    Returns
    -------
    dict
        Draft 2020-12; rules that hold between keys are checked by the job only.
    """
    schema = JobSpec.model_json_schema()
    for section, key in _NOT_FIXED:
        del schema["$defs"][section]["properties"][key]["default"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Minority Report spec"}
