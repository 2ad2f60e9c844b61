"""Reads articles from any kind of source: picks the importer by what the source is."""

from collections.abc import Callable, Sequence
from pathlib import Path

from aisle.knowledge.importers.articles import read_articles
from aisle.knowledge.importers.drafts import Drafts, Options, Progress, UnknownSource
from aisle.knowledge.importers.pdf import read_pdf
from aisle.knowledge.importers.questions import read_questions
from aisle.knowledge.importers.web import (
    is_address,
    read_address,
    read_page_file,
    read_sitemap_file,
)

_READERS: dict[str, Callable[[Path, Options], Drafts]] = {
    ".csv": read_questions,
    ".json": read_questions,
    ".html": read_page_file,
    ".htm": read_page_file,
    ".xhtml": read_page_file,
    ".xml": read_sitemap_file,
    ".xml.gz": read_sitemap_file,
    ".pdf": read_pdf,
    ".md": read_articles,
}


def read_source(
    source: str,
    *,
    category: str,
    language: str = "en",
    tags: Sequence[str] = (),
    most_pages: int = 500,
    progress: Progress | None = None,
) -> Drafts:
    """Read the articles of a file or folder, of a web page or of the pages of a sitemap.

    Category, language and tags hold where the source names none; the tags are added to its own.

    Raises:
        UnknownSource: no importer reads this kind of source.
        FileNotFoundError: there is no such file.
    """
    options = Options(
        category=category,
        language=language,
        tags=tuple(tags),
        most_pages=most_pages,
        progress=progress,
    )
    if is_address(source):
        return read_address(source, options)
    if source and Path(source).is_dir():
        return read_articles(Path(source), options)
    name = source.lower()
    for ending, read in _READERS.items():
        if name.endswith(ending):
            return read(Path(source), options)
    raise UnknownSource(
        f"Articles cannot be read from '{source}'. What can be read: an address that begins with"
        f" http:// or https://, a folder of .md files, or a file that ends in {', '.join(_READERS)}"
    )
