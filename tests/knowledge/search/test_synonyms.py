"""The shop's list of words that mean the same."""

from pathlib import Path

from aisle.knowledge.search.synonyms import get_synonyms, read_synonyms


def test_groups_are_read_a_line_at_a_time_without_comments(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.txt"
    path.write_text("# trade\n\nparcel, package # what comes\nrefund, money back,\n")
    synonyms = read_synonyms(path)
    assert synonyms.at(["packages", "late"]) == (1, (("parcel",), ("package",)))
    assert synonyms.at(["money", "back", "when"]) == (2, (("refund",), ("money", "back")))
    assert synonyms.at(["money", "late"]) == (1, ())
    assert synonyms.words == {"parcel", "package", "refund", "money", "back"}


def test_the_shops_list_knows_the_words_of_the_trade() -> None:
    _, found = get_synonyms().at(["package"])
    assert ("parcel",) in found
    assert get_synonyms().at(["parcel"])[1] == found
