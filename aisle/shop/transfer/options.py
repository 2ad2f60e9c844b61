"""What may be asked of an import or export."""

from enum import Enum

STOCK = 100
"""Pieces of what is available, when nobody says how many."""


class Format(str, Enum):
    """The formats that a shop's data can be read in and written to."""

    AISLE_JSON = "aisle-json"
    AISLE_CSV = "aisle-csv"
    RETAIL = "retail"
