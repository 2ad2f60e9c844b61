"""The examples in docs/shop-data.md are true."""

import re
from pathlib import Path

import pytest

from aisle.settings import PROJECT_ROOT
from aisle.shop.transfer.checks import check
from aisle.shop.transfer.formats import files_of, read_files
from aisle.shop.transfer.options import Format
from aisle.shop.transfer.own_csv import columns_of
from aisle.shop.transfer.reading import Reading
from aisle.shop.transfer.records import RECORDS

_BLOCK = re.compile(r"^```(?:json|csv) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """The examples as files; those of the format ``retail`` are in a folder of theirs."""
    text = (PROJECT_ROOT / "docs" / "shop-data.md").read_text(encoding="utf-8")
    for name, content in _BLOCK.findall(text):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def checked(folder: Path, form: Format) -> Reading:
    reading = read_files(folder, form)
    check(reading)
    reading.end()
    return reading


def test_the_examples_of_both_own_formats_are_the_same_shop(examples: Path) -> None:
    from_json = checked(examples, Format.AISLE_JSON).shop
    from_csv = checked(examples, Format.AISLE_CSV).shop
    assert len(from_json.return_lines) == 1
    for form in (Format.AISLE_JSON, Format.AISLE_CSV):
        assert files_of(from_json, form) == files_of(from_csv, form)


def test_the_example_of_the_retail_format_can_be_read(examples: Path) -> None:
    shop = checked(examples / "retail", Format.RETAIL).shop
    assert [order.id for order in shop.orders] == ["#W7678072"]


def test_every_column_is_in_the_examples(examples: Path) -> None:
    for table, kind in RECORDS.items():
        header = (examples / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0]
        assert header.split(",") == columns_of(kind)
