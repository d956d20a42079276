"""What the page is made of: sections, each built by one module and laid out by one template."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """One section of the page.

    Parameters
    ----------
    key : str
        Anchor of the section, unique on the page; its template is ``sections/<key>.html``.
    content : object
        A frozen value that only the section's own template knows.
    """

    key: str
    title: str
    content: object
