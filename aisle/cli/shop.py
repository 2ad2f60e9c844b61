"""``aisle shop``: bring a shop's data in, and write it out again."""

from pathlib import Path
from typing import Annotated

import typer

from aisle.cli.console import out, plain
from aisle.cli.errors import CommandError
from aisle.cli.loading import progress_bar
from aisle.shop.transfer.errors import BrokenShop
from aisle.shop.transfer.options import STOCK, Format

app = typer.Typer(help="Bring a shop's data in, and write it out.", no_args_is_help=True)

_Format = Annotated[
    Format, typer.Option("--format", help="What the files are like; see docs/shop-data.md.")
]


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="The shop's files.", show_default=False)],
    form: _Format = Format.AISLE_JSON,
    stock: Annotated[
        int,
        typer.Option(min=1, help="Pieces of what is available, where the format has no numbers."),
    ] = STOCK,
) -> None:
    """Load customers, products and orders, all or nothing; the files win over the database."""
    from aisle.database.engine import get_database
    from aisle.shop.transfer.importing import import_shop

    try:
        with progress_bar("Loading the shop") as progress:
            report = import_shop(get_database(), folder, form, progress, stock=stock)
    except BrokenShop as error:
        raise CommandError(plain(str(error))) from error
    out.print(f"{report}." if report.changed else f"Nothing has changed: {report}.")


@app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.", show_default=False)],
    form: _Format = Format.AISLE_JSON,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the files of an earlier export.")
    ] = False,
) -> None:
    """Write all customers, products and orders as they are now; the files are private."""
    from aisle.database.engine import get_database
    from aisle.shop.transfer.exporting import export_shop

    shop = export_shop(get_database(), folder, form, overwrite=overwrite)
    out.print(
        f"{len(shop.products)} products, {len(shop.customers)} customers and {len(shop.orders)} "
        f"orders are in {folder}. The files hold personal data; only you can read them.",
        markup=False,
    )
