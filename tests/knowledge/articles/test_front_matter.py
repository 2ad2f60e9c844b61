"""Reading article files: Markdown with front matter."""

from datetime import datetime, timezone
from pathlib import Path

import pytest

from aisle.knowledge.articles.front_matter import BrokenFile, read_article_file


def _write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_all_that_a_file_can_say_is_read(tmp_path: Path) -> None:
    path = _write(
        *(tmp_path, "some file.md"),
        *("---", "id: lockers", "title: No", "category: delivery", "tags: [on, 2, größer]"),
        *("language: no", "link: https://shop.example/a?b=c", "status: draft"),
        *("updated_at: 2026-10-01", "---", "Text.", "", "---", "More.", ""),
    )
    assert read_article_file(path).values == {
        "id": "lockers",
        "title": "No",
        "category": "delivery",
        "tags": ["on", "2", "größer"],
        "status": "draft",
        "language": "no",
        "link": "https://shop.example/a?b=c",
        "content": "Text.\n\n---\nMore.",
        "updated_at": datetime(2026, 10, 1, tzinfo=timezone.utc),
    }


def test_a_title_and_a_content_are_enough(tmp_path: Path) -> None:
    path = _write(tmp_path, "lockers.md", "---", "title: Lockers", "tags:", "---", "Text.")
    assert read_article_file(path).values == {
        "id": "lockers",
        "title": "Lockers",
        "category": "general",
        "tags": [],
        "status": "published",
        "language": "en",
        "link": None,
        "content": "Text.",
    }


def test_a_file_of_another_system_is_read(tmp_path: Path) -> None:
    path = tmp_path / "size.md"
    text = "---\ntitle: Größe\n---\nText\0.\n".replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    values = read_article_file(path).values
    assert (values["title"], values["content"]) == ("Größe", "Text.")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "front matter"),
        ("no front matter", 1, "front matter"),
        ("---\ntitle: T\ntext without an end of the front matter", 1, "front matter"),
        ("---\n---\ntext", 2, "name: value"),
        ("---\n- a list\n---\ntext", 2, "name: value"),
        ("---\n? [a]\n: b\n---\ntext", 2, "YAML"),
        ("---\ncategory: c\ntitle: [a\n---\ntext", 4, "YAML"),
        ("---\ncategory: c\ntitle: a\x07b\n---\ntext", 3, "a character"),
        ("---\ncategory: c\n---\ntext", 1, "title: field required"),
        ("---\ncategory: c\ntitle:\n---\ntext", 3, "title: field required"),
        ("---\nid: Broken!\ntitle: T\n---\ntext", 2, "id: must be small letters"),
        ("---\ntitle: T\nstatus: no\n---\nx", 3, "status: "),
        ("---\ntitle: T\nupdated_at: 2026-02-30\n---\nx", 3, "updated_at: must be a day"),
        ("---\ntitle: T\ncategory: c\ntagz: [a]\n---\nx", 4, "tagz: "),
        ("---\ntitle: T\ntags: parcel\n---\nx", 3, "tags: "),
        ("---\ntitle: T\ntags: [a, {b: c}]\n---\nx", 3, "tags: "),
        ("---\ntitle: T\nlanguage: English please\n---\nx", 3, "language: must be the code"),
        ("---\ntitle: T\nlink: javascript:alert(1)\n---\nx", 3, "link: must be an address"),
        ("---\ntitle: T\ncontent: c\n---\nx", 3, "content: "),
        (f"---\ntitle: {'T' * 301}\n---\nx", 2, "title: "),
        ("---\ntitle: T\n---\n\n  \n", 6, "no content"),
        (f"---\ntitle: T\n---\n{'x' * 200_001}", 4, "content: "),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_a_broken_file_is_named_with_its_line_and_its_problem(
    tmp_path: Path, text: str, line: int, problem: str
) -> None:
    path = tmp_path / "broken.md"
    path.write_text(text)
    with pytest.raises(BrokenFile) as broken:
        read_article_file(path)
    assert str(broken.value).startswith(f"{path}:{line}: ")
    assert problem in str(broken.value)


def test_a_file_that_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.md"
    path.write_bytes("---\nid: latin\ntitle: Größe\n".encode("latin-1"))
    with pytest.raises(BrokenFile, match=r"latin\.md:3: the file is not UTF-8"):
        read_article_file(path)


def test_a_file_whose_name_cannot_be_an_id_needs_one(tmp_path: Path) -> None:
    path = _write(tmp_path, "Parcel lockers.md", "---", "title: Lockers", "---", "Text.")
    with pytest.raises(BrokenFile, match=r"\.md:1: id: .*the file's name cannot be one"):
        read_article_file(path)
    _write(tmp_path, "Parcel lockers.md", "---", "title: Lockers", "id: lockers", "---", "Text.")
    assert read_article_file(path).values["id"] == "lockers"
