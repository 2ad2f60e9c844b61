"""Brings a shop's files into the database, all or nothing.

What the files name becomes what they say, also where it was changed here since. An order
is taken as a whole: lines, parcels, payments, refunds and returns that its file does not
have go. Nothing else is removed: products, variants, customers, payment methods and
orders that the files do not name stay as they are.
"""

from collections.abc import Callable
from pathlib import Path

from aisle.database.engine import Database
from aisle.shop.seed import SeedReport
from aisle.shop.transfer.checks import check
from aisle.shop.transfer.formats import read_files
from aisle.shop.transfer.merging import merge_shop
from aisle.shop.transfer.options import STOCK, Format


def import_shop(
    database: Database,
    folder: Path,
    form: Format,
    progress: Callable[[int, int], None] | None = None,
    *,
    stock: int = STOCK,
) -> SeedReport:
    """Load a folder in one transaction; repeated, it changes nothing.

    Args:
        progress: called with the number of products, customers and orders done and of all.
        stock: pieces of what is available, in formats that have no numbers.

    Raises:
        BrokenShop: the files are wrong, or clash with what is in the database; nothing
            was written.
    """
    reading = read_files(folder, form, stock)
    check(reading)
    reading.end()
    with database.transaction() as session:
        return merge_shop(session, reading, progress)
