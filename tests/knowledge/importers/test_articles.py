"""Folders of Markdown with front matter, imported from elsewhere."""

from pathlib import Path

from aisle.knowledge.importers.reading import read_source

LOCKERS = "---\ntitle: Parcel lockers\ntags: [box]\n---\n## May I?\nYes.\n"


def test_published_articles_of_a_folder_and_below_it_are_read(tmp_path: Path) -> None:
    (tmp_path / "delivery").mkdir()
    (tmp_path / "delivery" / "lockers.md").write_text(LOCKERS)
    (tmp_path / "returns.md").write_text(LOCKERS.replace("Parcel lockers", "Returns"))
    seen: list[tuple[int, int]] = []
    drafts = read_source(
        str(tmp_path), category="help", tags=["faq"], progress=lambda *done: seen.append(done)
    )
    assert drafts.errors == []
    assert [(draft.id, draft.title) for draft in drafts.found] == [
        ("lockers", "Parcel lockers"),
        ("returns", "Returns"),
    ]
    assert drafts.found[0].tags == ("faq", "box")
    assert drafts.found[0].category == "help"
    assert drafts.found[0].content == "## May I?\nYes."
    assert seen == [(1, 2), (2, 2)]


def test_what_cannot_be_imported_is_named_with_its_line_and_the_rest_is_read(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.md").write_text(LOCKERS)
    (tmp_path / "b.md").write_text("---\ncategory: x\n---\n## Why?\nBecause.\n")
    (tmp_path / "c.md").write_text(LOCKERS.replace("---\n##", "status: draft\n---\n##"))
    (tmp_path / "d.md").write_text(LOCKERS.replace("---\ntitle", "---\nid: a\ntitle"))
    drafts = read_source(str(tmp_path), category="help")
    assert [draft.id for draft in drafts.found] == ["a"]
    no_title, draft, second = drafts.errors
    assert no_title.startswith(f"{tmp_path / 'b.md'}:")
    assert "title" in no_title
    assert draft.startswith(f"{tmp_path / 'c.md'}:1: the article is not published but draft")
    assert str(tmp_path / "a.md") in second
    assert second.startswith(f"{tmp_path / 'd.md'}:1: ")


def test_one_file_is_read_as_well_and_an_empty_folder_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "lockers.md"
    path.write_text(LOCKERS)
    assert [draft.id for draft in read_source(str(path), category="help").found] == ["lockers"]
    (tmp_path / "empty").mkdir()
    [error] = read_source(str(tmp_path / "empty"), category="help").errors
    assert "there are no articles" in error
