"""Writes small PDF files to read."""

from collections.abc import Sequence
from pathlib import Path

from pypdf import PageObject, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

_HELVETICA = DictionaryObject(
    {
        NameObject("/Type"): NameObject("/Font"),
        NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"),
        NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
    }
)


def pdf_of(*pages: Sequence[str]) -> PdfWriter:
    """A PDF with these lines on its pages; a page without lines is blank."""
    writer = PdfWriter()
    for lines in pages:
        page = writer.add_blank_page(width=595, height=842)
        if lines:
            _write(writer, page, lines)
    return writer


def saved(writer: PdfWriter, path: Path) -> Path:
    with path.open("wb") as file:
        writer.write(file)
    return path


def add_picture(writer: PdfWriter, page: PageObject) -> None:
    """Put a picture of one grey pixel on the page."""
    picture = DecodedStreamObject()
    picture.set_data(b"\x80")
    for name, value in {"/Type": "/XObject", "/Subtype": "/Image"}.items():
        picture[NameObject(name)] = NameObject(value)
    pictures = DictionaryObject({NameObject("/Scan"): writer._add_object(picture)})
    resources = DictionaryObject({NameObject("/XObject"): pictures})
    page[NameObject("/Resources")] = resources


def _write(writer: PdfWriter, page: PageObject, lines: Sequence[str]) -> None:
    content = DecodedStreamObject()
    content.set_data(_operators(lines).encode("windows-1252"))
    page[NameObject("/Contents")] = writer._add_object(content)
    fonts = DictionaryObject({NameObject("/F1"): _HELVETICA})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})


def _operators(lines: Sequence[str]) -> str:
    shown = []
    for line in lines:
        escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        shown.append(f"({escaped}) Tj T*")
    return f"BT /F1 11 Tf 14 TL 72 770 Td {' '.join(shown)} ET"
