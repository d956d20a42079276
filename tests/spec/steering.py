"""Which characters of a message could steer a terminal."""

from __future__ import annotations

import unicodedata


def steering(text: str) -> list[str]:
    """Control characters, direction marks, line separators and halves of characters; a soft hyphen is none."""
    return [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\u00ad"]
