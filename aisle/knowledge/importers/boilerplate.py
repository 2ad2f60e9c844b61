"""Takes out of a page what is not its text: navigation, scripts, cookie banners, hidden parts."""

import re

from lxml.html import HtmlElement

from aisle.knowledge.importers.markdown import HEADINGS

# fmt: off
_TAGS = frozenset((
    "script", "style", "noscript", "template", "iframe", "frame", "object", "embed", "applet",
    "svg", "math", "canvas", "video", "audio", "map", "img", "picture", "input", "select",
    "textarea", "progress", "meter", "nav", "aside", "footer", "dialog", "menu",
))
_ROLES = frozenset((
    "navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alertdialog",
    "menu", "menubar",
))
# fmt: on
_NAMES = re.compile(r"cookie|consent|gdpr|onetrust|breadcrumb|newsletter|skip-?link", re.I)
_HIDDEN = re.compile(
    r"display:none|visibility:hidden|(font-size|opacity):0(px|pt|em|rem|%)?(!|;|$)", re.I
)
_QUESTIONS = frozenset((*HEADINGS, "summary", "dt"))
_CONTENT = frozenset(("main", "article", "section"))


def drop_boilerplate(body: HtmlElement) -> None:
    """Remove it from the element.

    Hidden parts that a control opens, such as a collapsed answer, are part of the text.
    """
    opened = {name for value in body.xpath(".//@aria-controls") for name in value.split()}
    for element in list(body.iter()):
        if element is not body and _is_boilerplate(element, opened):
            element.drop_tree()


def _is_boilerplate(element: HtmlElement, opened: set[str]) -> bool:
    if element.tag in _TAGS or element.get("role") in _ROLES:
        return True
    if element.tag == "button":
        return not _is_in(element, _QUESTIONS)
    if element.tag == "header":
        return not _is_in(element, _CONTENT)
    if element.get("id") not in opened and _is_hidden(element):
        return True
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return bool(_NAMES.search(names)) and not element.xpath(".//h1 | .//main")


def _is_in(element: HtmlElement, tags: frozenset[str]) -> bool:
    return any(above.tag in tags for above in element.iterancestors())


def _is_hidden(element: HtmlElement) -> bool:
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or bool(_HIDDEN.search("".join(element.get("style", "").split())))
    )
