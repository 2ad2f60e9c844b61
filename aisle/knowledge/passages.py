"""Cuts an article into passages, each a question and its answer in plain text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aisle.knowledge.models import Article

LONGEST_PASSAGE = 800

_HEADING = re.compile(r"^##[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_MARKUP = (
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\([^)]*\)"), r"\1"),
    (re.compile(r"^[ \t]*(?:```|~~~).*\n?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*#{1,6}[ \t]+", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*[*+-][ \t]+", re.MULTILINE), "- "),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"\n{3,}"), "\n\n"),
)


@dataclass(frozen=True)
class Passage:
    """One section of a published article, as plain text."""

    article_id: str
    title: str
    heading: str
    text: str
    category: str
    tags: tuple[str, ...]


def passages_of(article: Article) -> list[Passage]:
    """Split an article at its ``##`` headings; a long section becomes several passages.

    What comes before the first heading has the title as its heading.
    """
    return [
        Passage(
            article_id=article.id,
            title=article.title,
            heading=heading,
            text=text,
            category=article.category,
            tags=tuple(article.tags),
        )
        for heading, section in _sections(article)
        for text in _parts(plain_text(section))
    ]


def plain_text(markdown: str) -> str:
    """Take the Markdown marks off; lines and list items stay as they are."""
    for pattern, replacement in _MARKUP:
        markdown = pattern.sub(replacement, markdown)
    return markdown.strip()


def article_link(help_url: str, article_id: str) -> str:
    """Return the address of an article; ``help_url`` has ``{article_id}`` in it."""
    return help_url.replace("{article_id}", article_id)


def _sections(article: Article) -> Iterator[tuple[str, str]]:
    preamble, *rest = _HEADING.split(article.content)
    yield article.title, preamble
    for heading, section in zip(rest[::2], rest[1::2], strict=True):
        yield plain_text(heading), section


def _parts(text: str) -> Iterator[str]:
    paragraphs: Iterable[str] = filter(None, text.split("\n\n"))
    part = ""
    for paragraph in paragraphs:
        if part and len(part) + len(paragraph) > LONGEST_PASSAGE:
            yield part
            part = ""
        part = f"{part}\n\n{paragraph}" if part else paragraph
    if part:
        yield part
