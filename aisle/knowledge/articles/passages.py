"""Cuts an article into passages, each a question and its answer in plain text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aisle.knowledge.models import Article

LONGEST_PASSAGE = 800
"""Characters, about as many as the sentence encoder reads."""

_HEADING = re.compile(r"(#{1,6})[ \t]+(.+?)[ \t#]*$")
_FENCE = re.compile(r"[ \t]*(```|~~~)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
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
    """A part of an article, as plain text.

    ``number`` counts from 0 within the article. ``heading_path`` are the headings above it,
    outermost first; before the first one it is the title. ``link`` is empty unless the
    article's original is elsewhere.
    """

    article_id: str
    number: int
    title: str
    heading_path: tuple[str, ...]
    text: str
    category: str
    tags: tuple[str, ...]
    status: str
    language: str
    link: str

    @property
    def id(self) -> str:
        return passage_id(self.article_id, self.number)

    @property
    def heading(self) -> str:
        return self.heading_path[-1]


def passage_id(article_id: str, number: int) -> str:
    return f"{article_id}#{number}"


def passages_of(article: Article) -> list[Passage]:
    """Split an article at its headings; a long section becomes several passages."""
    texts = [
        (path, text) for path, section in _sections(article) for text in _parts(plain_text(section))
    ] or [((article.title,), plain_text(article.content))]  # of headings only
    return [
        Passage(
            article_id=article.id,
            number=number,
            title=article.title,
            heading_path=path,
            text=text,
            category=article.category,
            tags=tuple(article.tags),
            status=article.status,
            language=article.language,
            link=article.link or "",
        )
        for number, (path, text) in enumerate(texts)
    ]


def plain_text(markdown: str) -> str:
    """Take the Markdown marks off; lines and list items stay as they are."""
    for pattern, replacement in _MARKUP:
        markdown = pattern.sub(replacement, markdown)
    return markdown.strip()


def article_link(help_url: str, article_id: str) -> str:
    """Return the address of an article; ``help_url`` has ``{article_id}`` in it."""
    return help_url.replace("{article_id}", article_id)


def _sections(article: Article) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each section's headings and Markdown; a "#" in a code block is no heading."""
    above: dict[int, str] = {}
    lines: list[str] = []
    fence: str | None = None
    for line in article.content.splitlines():
        mark = _FENCE.match(line)
        if mark and fence in (None, mark[1]):
            fence = None if fence else mark[1]
        heading = None if fence else _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        yield _path(article, above), "\n".join(lines)
        lines = []
        level = len(heading[1])
        above = {**{n: text for n, text in above.items() if n < level}, level: heading[2]}
    yield _path(article, above), "\n".join(lines)


def _path(article: Article, above: dict[int, str]) -> tuple[str, ...]:
    return tuple(plain_text(above[level]) for level in sorted(above)) or (article.title,)


def _parts(text: str) -> Iterator[str]:
    part = ""
    for paragraph in _short_paragraphs(text):
        if part and len(part) + len(paragraph) > LONGEST_PASSAGE:
            yield part
            part = ""
        part = f"{part}\n\n{paragraph}" if part else paragraph
    if part:
        yield part


def _short_paragraphs(text: str) -> Iterator[str]:
    paragraphs: Iterable[str] = filter(None, text.split("\n\n"))
    for paragraph in paragraphs:
        if len(paragraph) <= LONGEST_PASSAGE:
            yield paragraph
        else:
            yield from _runs(paragraph)


def _runs(paragraph: str) -> Iterator[str]:
    """Yield runs of whole sentences, none longer than a passage unless one sentence is."""
    run = ""
    for sentence in _SENTENCE_END.split(paragraph):
        if run and len(run) + len(sentence) >= LONGEST_PASSAGE:
            yield run
            run = ""
        run = f"{run} {sentence}" if run else sentence
    yield run
