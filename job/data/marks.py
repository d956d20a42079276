"""Values that would be numbers but for a mark: decimal commas, thousands separators, percent and currency signs."""

from __future__ import annotations

from dataclasses import dataclass

from job.data.store import literal
from job.data.wording import quoted

_FIGURES = "[0-9]+([.,][0-9]+)*"
_MONEY = "([$€£¥₹]|USD|EUR|GBP|CHF|JPY)"


@dataclass(frozen=True)
class Mark:
    """One way in which a number can be written that isn't read as a number.

    Parameters
    ----------
    code : str
        Of the note.
    pattern : str
        A regular expression for the whole value.
    text : str
        What such values hold and what to do, with a place for an example.
    """

    code: str
    pattern: str
    text: str

    def matches(self, value: str) -> str:
        """Write the SQL that tells whether a value is marked so."""
        return f"regexp_full_match({value}, {literal(self.pattern)})"

    def explain(self, example: str) -> str:
        """Say what the values hold and what to do."""
        return self.text.replace("EXAMPLE", quoted(example))


def list_marks(decimal: str) -> tuple[Mark, ...]:
    """List the marks to look for, in the order in which a tie is decided.

    Parameters
    ----------
    decimal : {".", ","}
        The decimal mark by which numbers are read.

    Returns
    -------
    tuple of Mark
    """
    other, name = (",", "comma") if decimal == "." else (".", "point")
    set_it = f'set data.file.decimal to "{other}"'
    return (
        Mark(
            "decimal-mark",
            rf"[+-]?[0-9]*[{other}][0-9]+([eE][+-]?[0-9]+)?",
            f"values such as EXAMPLE look like numbers with a decimal {name}; if they are, {set_it} "
            f"(if the {name} stands between thousands, write the numbers without it)",
        ),
        Mark(
            "thousands-separators",
            r"[+-]?[0-9]{1,3}([,.'\s\x{a0}\x{202f}\x{2009}’][0-9]{3})+([.,][0-9]+)?",
            "values such as EXAMPLE look like numbers with separators between thousands; write them without"
            + (", and with a decimal point" if decimal == "." else ""),
        ),
        Mark(
            "percent-signs",
            f"[+-]?{_FIGURES}[ ]?%",
            "values such as EXAMPLE hold a percent sign; write the number alone",
        ),
        Mark(
            "currency-signs",
            f"[+-]?{_MONEY}[ ]?[+-]?{_FIGURES}|[+-]?{_FIGURES}[ ]?{_MONEY}",
            "values such as EXAMPLE hold a currency; write the number alone",
        ),
        Mark("underscores", "[+-]?[0-9]+(_[0-9]+)+", "values such as EXAMPLE hold underscores; write the digits alone"),
        Mark(
            "bounds",
            f"[<>≤≥~]=?[ ]?[+-]?{_FIGURES}",
            "values such as EXAMPLE are bounds; write a number, or nothing where it isn't known",
        ),
    )
