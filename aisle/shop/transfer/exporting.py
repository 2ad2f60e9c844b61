"""Writes the shop as it is now into files."""

from pathlib import Path

from sqlalchemy import text

from aisle.database.engine import Database
from aisle.shop.transfer.formats import files_of
from aisle.shop.transfer.options import Format
from aisle.shop.transfer.records import ShopRecords
from aisle.shop.transfer.stored import read_whole_shop
from aisle.shop.transfer.writing import check_folder, write_files


def export_shop(
    database: Database, folder: Path, form: Format, *, overwrite: bool = False
) -> ShopRecords:
    """Write all customers, products and orders; return what was written.

    The files hold personal data, so only the account that writes them can read them.

    Raises:
        FolderInUse: there is something in the folder, and ``overwrite`` is false.
        OSError: the files cannot be written.
    """
    check_folder(folder, overwrite=overwrite)
    with database.reading() as session:
        if database.engine.dialect.name == "postgresql":
            # All tables as of one moment: an order must not be read without its payments.
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        shop = read_whole_shop(session).shop
    write_files(folder, files_of(shop, form))
    return shop
