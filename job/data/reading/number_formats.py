"""Values that would be numbers but for how they are written: decimal commas, units, currency signs, times, formulas."""

from collections.abc import Sequence
from dataclasses import dataclass

from job.data.quoting import quoted
from job.data.reading.database import literal

_BLANK = r"[ \x{a0}\x{2009}\x{202f}]?"
_FIGURES = "([0-9]+([.,][0-9]+)*|[.,][0-9]+)"
_SIGNED = f"[+-]?{_FIGURES}"
_MONEY = (
    r"(\p{Sc}|R[$]|US[$]|A[$]|C[$]|kr[.]?|zł|Rs[.]?|Fr[.]?|USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|BRL|ZAR)"
)
_UNIT = (
    "([µμunmcdkM]?([gGlLmsVAWJNF]|mol|eq|Pa|Hz|hz|Wh|bar|cal|[Bb](ps)?|[Ii][Uu])|IU|U|[°º]?[CFK]|min(ute)?s?|sec(ond)?s?|h|h(ou)?rs?|kt|mph|rpm|ppm|ppb|psi|dB"
    "|lbs?|oz|in|ft|yd|mi|ha|acres?|y(ea)?rs?|years?|months?|mo|weeks?|wks?|days?|pts?|pcs|px|T[Bb]|G[Bb]|M[Bb]|bn|mn|dioptres?)"
)
_HOUR = "(h|hrs?|hours?|std|heures?)[.]?"
_MINUTE, _SECOND, _DAY = "(m|mins?|minutes?)[.]?", "(s|secs?|seconds?)[.]?", "(d|days?)[ ,]*"

_DAY_OF, _MONTH, _YEAR = "(0?[1-9]|[12][0-9]|3[01])", "(0?[1-9]|1[0-2])", "[0-9]{4}"
_DATES = (
    f"{_YEAR}-{_MONTH}(-{_DAY_OF})?",
    f"{_YEAR}[/.]{_MONTH}[/.]{_DAY_OF}",
    f"{_DAY_OF}[/.-]{_DAY_OF}[/.-]{_YEAR}",
    f"{_DAY_OF}/{_DAY_OF}/[0-9]{{2}}",
    f"{_DAY_OF}[ .-]+[A-Za-z]{{3,9}}[ .,-]+({_YEAR}|[0-9]{{2}})",
    f"[A-Za-z]{{3,9}} {_DAY_OF},? {_YEAR}",
)
_CLOCK = "[T ,]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?( ?[AaPp][Mm])?( ?(Z|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?))?"
_DATE = f"({'|'.join(_DATES)})({_CLOCK})?"


@dataclass(frozen=True)
class Mark:
    """One way in which a number can be written that isn't read as a number.

    Parameters
    ----------
    code : str
        Of the note.
    pattern : str
        A regular expression for the whole value.
    what : str
        What such values do or hold.
    advice : str
    """

    code: str
    pattern: str
    what: str
    advice: str = "write only the number"

    @property
    def is_weak(self) -> bool:
        """Whether categories are often written so, sizes and age bands for example."""
        return self.code in ("fractions", "ranges", "text-behind-numbers", "several-points")

    def explain(self, example: str) -> str:
        """Say what the values hold and what to do."""
        return f"values such as {quoted(example)} {self.what}; {self.advice}"


def list_marks(decimal: str) -> tuple[Mark, ...]:
    """List the marks to look for where numbers have this decimal mark, in the order in which a tie is decided."""
    other, name = (",", "comma") if decimal == "." else (".", "point")
    advice = f'if they are, set data.file.decimal to "{other}" (if the {name} separates thousands, write the'
    point = ", and with a decimal point" if decimal == "." else ""
    looks = "look like numbers with"
    return (
        Mark("decimal-mark", _OTHER_DECIMAL[other], f"{looks} a decimal {name}", f"{advice} numbers without it)"),
        Mark("thousands-separators", _THOUSANDS, f"{looks} separators between thousands", f"write them without{point}"),
        *_MARKS,
    )


_OTHER_DECIMAL = {other: rf"[+-]?[0-9]*[{other}][0-9]+([eE][+-]?[0-9]+)?" for other in ",."}
_THOUSANDS = r"[+-]?[0-9]{1,3}(([,.'\s\x{a0}\x{202f}\x{2009}’][0-9]{3})+|(,[0-9]{2})+,[0-9]{3})([.,][0-9]+)?"
_AMOUNT = f"{_SIGNED}(,?[-–]+)?"
_CURRENCY = f"[(]?[+-]?{_MONEY}{_BLANK}[(]?{_AMOUNT}[)]?|[(]?{_AMOUNT}{_BLANK}{_MONEY}[)]?"
_BOUND = rf"([<>≤≥]=?|=[<>]|(?i:under|below|less than|over|above|more than) ){_BLANK}{_SIGNED}({_BLANK}[\pL%µ°/]+)?"
_APPROXIMATE = rf"([~≈≃]|(?i:ca|approx|about|around|circa|etwa|env)[.]?){_BLANK}{_SIGNED}"
_MINUS = rf"[−–—‒﹣－]{_BLANK}{_FIGURES}|[+-][ ]+{_FIGURES}|{_FIGURES}[-−–]|[(]{_FIGURES}[)]"
_TIME = (
    r"[+-]?[0-9]+:[0-9]{1,2}(:[0-9]{1,2})?([.,][0-9]+)?( ?[AaPp][.]?[Mm][.]?)?|"
    r"[+-]?P([0-9.,]+[YMWD])+(T([0-9.,]+[HMS])+)?|[+-]?PT([0-9.,]+[HMS])+|"
    rf"(?i:([0-9]+ ?{_DAY})?[0-9]+ ?{_HOUR} ?([0-9]+ ?({_MINUTE})?)?( ?[0-9]+ ?{_SECOND})?|"
    rf"[0-9]+ ?{_MINUTE} ?[0-9]+ ?({_SECOND})?|[0-9]+ ?{_DAY}([0-9]+:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]+)?)?)?|"
    "[0-9]+['′] ?[0-9]+([\"″]|'')?)"
)
_INVISIBLE = r"[+-]?[0-9.,\p{Cf}\p{Cc}]*[\p{Cf}\p{Cc}][0-9.,\p{Cf}\p{Cc}]*"
_POWER = rf"{_SIGNED} ?([x×*·] ?10 ?(\^|\*\*)?|\^|\*\*) ?[+-]?[0-9]+|{_SIGNED}.*[⁰¹²³⁴⁵⁶⁷⁸⁹]+|{_SIGNED}[dD][+-]?[0-9]+"
_RANGE = f"{_SIGNED}{_BLANK}(-|–|—|to|bis|[.]{{2,3}}){_BLANK}{_SIGNED}"
_OTHER_DIGITS = r"[+-]?[\p{Nd}.,٫٬]*[^\x00-\x7f٫٬\P{Nd}][\p{Nd}.,٫٬]*"
_FRACTION = "([0-9]+ )?[0-9]+/[0-9]+|[+-]?[0-9]*[¼½¾⅓⅔⅛]"
_BEHIND = rf"{_SIGNED}{_BLANK}[\pL%°µ/²³]+[.]?"
_POINTS = "[0-9]+([.][0-9]+){2,}"
_FORMULA = f"=.*[0-9].*|['’`]{_SIGNED}([eE][+-]?[0-9]+)?"
_DAY_AND_MONTH = f"{_DAY_OF}-[A-Za-z]{{3}}|[A-Za-z]{{3}}-[0-9]{{2}}"
_ALONE = "write only the number or code, without =, quotes or apostrophe"
_HYPHEN = "write -5 with a plain hyphen in front"
_ONE = "where a number is meant"

_MARKS = (
    Mark("dates", f"{_DATE}|{_DAY_AND_MONTH}", "look like dates", "write a number, such as days since a fixed date"),
    Mark("percent-signs", f"{_SIGNED}{_BLANK}[%‰]", "contain a percent sign"),
    Mark("currency-signs", _CURRENCY, "contain a currency"),
    Mark("underscores", "[+-]?[0-9]+(_[0-9]+)+", "contain underscores", "write only the digits"),
    Mark("bounds", rf"{_BOUND}|{_FIGURES}[+]", "are bounds", "write a number, or nothing where it isn't known"),
    Mark("approximations", f"{_APPROXIMATE}|{_SIGNED}{_BLANK}(±|[+]/?-){_BLANK}{_FIGURES}", "are approximate"),
    Mark("formulas", _FORMULA, "are written as a spreadsheet's formulas or texts", _ALONE),
    Mark("minus-signs", _MINUS, "look like numbers with a sign that isn't read", _HYPHEN),
    Mark("times", _TIME, "look like times of day or lengths of time", "write them as a number, for example of minutes"),
    Mark("units", f"{_SIGNED}{_BLANK}{_UNIT}(/{_UNIT}[0-9²³]?)?[²³23]?", "contain a unit"),
    Mark("other-digits", _OTHER_DIGITS, "contain digits other than 0 to 9", "write them with 0 to 9"),
    Mark("invisible-characters", _INVISIBLE, "contain invisible characters", "write only the digits"),
    Mark("hexadecimal", "[+-]?0[xX][0-9a-fA-F]+", "look like hexadecimal numbers", "write them in decimal"),
    Mark("powers", _POWER, "look like numbers with a power", "write 1.5e3"),
    Mark("fractions", _FRACTION, "look like fractions", "write a decimal number"),
    Mark("ranges", _RANGE, "look like ranges", f"write one number, such as the middle, {_ONE}"),
    Mark("text-behind-numbers", _BEHIND, "have text after a number", "if it is a unit, write only the number"),
    Mark("several-points", _POINTS, "have several points, as version numbers do", f"write one decimal point {_ONE}"),
)


def classify(value: str, marks: Sequence[Mark]) -> str:
    """Write the SQL that gives the place of the first mark that a value has, or NULL where it has none."""
    cases = (f"WHEN regexp_full_match({value}, {literal(mark.pattern)}) THEN {i}" for i, mark in enumerate(marks))
    return f"CASE {' '.join(cases)} END"
