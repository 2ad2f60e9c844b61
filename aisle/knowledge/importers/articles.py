"""Reads article files, as `aisle index` does, from a folder that is somebody else's."""

from pathlib import Path

from aisle.knowledge.articles.front_matter import ArticleFile, BrokenFile, read_article_file
from aisle.knowledge.importers.drafts import BrokenRecord, Draft, Drafts, Options, new_draft

PUBLISHED, NO_CATEGORY = "published", "general"


def read_articles(path: Path, options: Options) -> Drafts:
    """Read a Markdown file with front matter, or those in a folder and below it.

    What is no article, or not published, is reported.

    Raises:
        FileNotFoundError: there is nothing at the path.
    """
    drafts = Drafts()
    files = sorted(path.rglob("*.md")) if path.is_dir() else [path]
    if not files:
        drafts.report(str(path), "there are no articles (*.md) in the folder")
    for number, file in enumerate(files, start=1):
        try:
            drafts.keep(_draft(read_article_file(file), options), f"{file}:1")
        except BrokenFile as error:
            drafts.errors.append(str(error))
        except BrokenRecord as error:
            drafts.report(f"{file}:1", error)
        if options.progress:
            options.progress(number, len(files))
    return drafts


def _draft(file: ArticleFile, options: Options) -> Draft:
    values = file.values
    if values["status"] != PUBLISHED:
        raise BrokenRecord(
            f"the article is not published but {values['status']}, so it stays there"
        )
    return new_draft(
        options,
        id=values["id"],
        title=values["title"],
        content=values["content"],
        category=None if values["category"] == NO_CATEGORY else values["category"],
        tags=tuple(values["tags"]),
        language=values["language"],
        link=values["link"],
    )
