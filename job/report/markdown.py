"""Text inside Markdown: whatever a label holds, it is shown and does nothing."""

from __future__ import annotations

import re

from job.report.words import one_line, shorten

_ENTITIES = {"|": "&#124;", "<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;"}
_MARKUP = re.compile(r"[\\`*\[\]~$#|<>&@]|(?<![^\W_])_|_(?![^\W_])")
_LINKS = (("://", "&#58;//"), ("www.", "www&#46;"), ("WWW.", "WWW&#46;"))
_BLOCK = re.compile(r"^([-+=:]|\d{1,9}(?=[.)]))")


def escape_markdown(text: str, length: int | None = None) -> str:
    """Write text on one line in which nothing is markup, neither to Markdown nor to HTML.

    Parameters
    ----------
    length : int or None
        Letters that are kept, as `shorten` counts them; None keeps all.

    Returns
    -------
    str
        Fits a cell of a table too; an underscore inside a word stays as it is, since it is no markup there.
    """
    line = one_line(text) if length is None else shorten(text, length)
    escaped = _MARKUP.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), line)
    for link, inert in _LINKS:
        escaped = escaped.replace(link, inert)
    return _BLOCK.sub(lambda match: f"\\{match[0]}" if not match[0].isdigit() else f"{match[0]}\\", escaped)
