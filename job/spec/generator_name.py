"""``data.generate.kind``: the name of a generator."""

from __future__ import annotations

from typing import Any

from job.spec.texts import OneOf

NAMES = ("classification", "mixture")


class GeneratorName(OneOf):
    """The name of a section's own generator; messages name all that there are."""

    def __init__(self, own: str) -> None:
        super().__init__(*NAMES)
        self._own = own

    def _schema(self) -> dict[str, Any]:
        return {"const": self._own}
