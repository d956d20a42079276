"""An HTML page taken apart, with what is wrong with how it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "img", "wbr", "br", "link", "input", "hr"}
CLOSES_PARAGRAPH = {"p", "div", "ul", "ol", "dl", "table", "section", "figure", "details", "pre", "h1", "h2", "h3"}
NAMES_OTHERS = ("aria-labelledby", "aria-describedby", "for")


@dataclass(eq=False)
class Element:
    """One element: its tag, attributes, the elements around it, and all text inside it."""

    tag: str
    attributes: dict[str, str]
    ancestors: tuple[Element, ...] = field(repr=False)
    text: str = ""

    @property
    def words(self) -> str:
        """Its text, white space as single spaces."""
        return " ".join(self.text.split())

    def has_class(self, name: str) -> bool:
        """Whether this is one of its classes."""
        return name in self.attributes.get("class", "").split()


@dataclass(repr=False)
class Page(HTMLParser):
    """Parsed page: elements in their order, and problems as sentences."""

    source: str
    elements: list[Element] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Parse the whole source."""
        super().__init__(convert_charrefs=True)
        self.feed(self.source)
        self.close()
        self.problems += [f"<{element.tag}> is never closed" for element in self.open]
        ids = [element.attributes["id"] for element in self.elements if "id" in element.attributes]
        self.problems += [f"id {name} stands twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
        self.problems += [f"nothing has the id {name}" for name in sorted(self._named() - set(ids))]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.problems.append(f"<{tag}> has an attribute twice")
        if tag in CLOSES_PARAGRAPH and any(element.tag == "p" for element in self.open):
            self.problems.append(f"<{tag}> inside <p>")
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which has to be this one."""
        if not self.open or self.open[-1].tag != tag:
            self.problems.append(f"</{tag}> where {[element.tag for element in self.open][-1:]} is open")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        """Text belongs to every open element."""
        for element in self.open:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        """Every element with this tag."""
        return [element for element in self.elements if element.tag == tag]

    def by_id(self, name: str) -> Element:
        """The element with this id."""
        (found,) = (element for element in self.elements if element.attributes.get("id") == name)
        return found

    def texts(self, css_class: str) -> list[str]:
        """Text of every element of this class, white space as single spaces."""
        return [element.words for element in self.elements if element.has_class(css_class)]

    def inside(self, outer: Element, *tags: str) -> list[Element]:
        """Every element with one of these tags inside another element."""
        return [element for element in self.elements if element.tag in tags and outer in element.ancestors]

    def rows(self, table_id: str) -> list[list[Element]]:
        """The cells of each row of a table, heads included."""
        table = self.by_id(table_id)
        return [self.inside(row, "th", "td") for row in self.inside(table, "tr")]

    def _named(self) -> set[str]:
        found = {
            name
            for element in self.elements
            for attribute in NAMES_OTHERS
            for name in element.attributes.get(attribute, "").split()
        }
        links = (element.attributes.get("href", "") for element in self.all("a"))
        return found | {link.removeprefix("#") for link in links if link.startswith("#")}
