"""Addresses as people type them."""

from dataclasses import asdict

import pytest

from aisle.shop.selection.addresses import PartialAddress, read_address

DALLAS = {
    "address1": "9 Elm Street", "address2": "", "city": "Dallas", "state": "TX", "zip": "75277",
    "country": "USA",
}  # fmt: skip
MALMO = {"address1": "Storgatan 12", "city": "Malmö", "zip": "211 42", "country": "Sweden"}


def address(text: str, default: dict[str, str] | None = None) -> tuple[str, ...]:
    found = read_address(text, None, default)
    return (
        found.address1, found.address2, found.city, found.state, found.zip, found.country
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "742 Evergreen Terrace, Apt 3, Springfield, IL 62704, USA",
            ("742 Evergreen Terrace", "Apt 3", "Springfield", "IL", "62704", "USA"),
        ),
        (
            "please send it to my office at 500 Main Street, Suite 200, Denver, Colorado 80202",
            ("500 Main Street", "Suite 200", "Denver", "CO", "80202", "USA"),
        ),
        (
            "742 Evergreen Terrace Springfield IL 62704",
            ("742 Evergreen Terrace", "", "Springfield", "IL", "62704", "USA"),
        ),
        (
            "change the address of order 1234567 to 986 Sunset Drive, Denver, CO 80279 please",
            ("986 Sunset Drive", "", "Denver", "CO", "80279", "USA"),
        ),
        (
            "I moved. My new address is 12345 Long Road, Dallas, TX 75201",
            ("12345 Long Road", "", "Dallas", "TX", "75201", "USA"),
        ),
        (
            "1 Queen St W, Toronto, ON M5H 2N2",
            ("1 Queen St W", "", "Toronto", "ON", "M5H 2N2", "Canada"),
        ),
        ("P.O. Box 12, Salem, OR 97301", ("P.O. Box 12", "", "Salem", "OR", "97301", "USA")),
        (
            "10 Downing Street, London SW1A 2AA",
            ("10 Downing Street", "", "London", "", "SW1A 2AA", "United Kingdom"),
        ),
        (
            "Storgatan 12, 211 42 Malmö, Sweden",
            ("Storgatan 12", "", "Malmö", "", "211 42", "Sweden"),
        ),
        (
            "Hauptstr. 3\n01099 Dresden\nGermany",
            ("Hauptstr. 3", "", "Dresden", "", "01099", "Germany"),
        ),
        ("12 Rue X, 75002 Paris", ("12 Rue X", "", "Paris", "", "75002", "")),
        (
            "Keizersgracht 123, 1015 CJ Amsterdam",
            ("Keizersgracht 123", "", "Amsterdam", "", "1015 CJ", "Netherlands"),
        ),
        (
            "ul. Piękna 5/7, 00-547 Warszawa, Poland",
            ("ul. Piękna 5/7", "", "Warszawa", "", "00-547", "Poland"),
        ),
        (
            "Sredzkistraße 27, Hinterhaus, 2nd floor, 10083 Berlin, Deutschland",
            ("Sredzkistraße 27", "Hinterhaus, 2nd floor", "Berlin", "", "10083", "Germany"),
        ),
        (
            "street: 5 Elm Street, city: Boston, state: MA, zip: 02101, country: USA",
            ("5 Elm Street", "", "Boston", "MA", "02101", "USA"),
        ),
    ],
)
def test_whole_addresses_are_read(text: str, expected: tuple[str, ...]) -> None:
    assert address(text) == expected


COLOGNE = ("Neumarkt 12", "", "Cologne", "", "50667", "Germany")


@pytest.mark.parametrize(
    "text",
    [
        "Neumarkt 12, 50667 Cologne, Germany. its me, tom@example.com",
        "Neumarkt 12, 50667 Cologne, Germany thanks a lot, I'm Tom Becker",
        "Neumarkt 12, 50667 Cologne, Germany (it's my sister's flat)",
        "Neumarkt 12, 50667 Cologne, it's in Germany",
        "Neumarkt 12, 50667 Cologne, Germany. Can you still do that?",
        "it must not go to Venloer Straße 210 but to Neumarkt 12, 50667 Cologne, Germany",
        "Neumarkt 12, 50667 Cologne, Germany instead of Venloer Straße 210",
        "from Venloer Straße 210, 50823 Köln to Neumarkt 12, 50667 Cologne, Germany",
        "to my neighbour Eva Klein, Neumarkt 12, 50667 Cologne, Germany",
    ],
)
def test_what_stands_around_an_address_is_no_part_of_it(text: str) -> None:
    assert address(text) == COLOGNE


def test_an_address_that_was_asked_for_may_come_in_pieces_from_the_start() -> None:
    known: dict[str, str] = {}
    for text in ("1000", "Ljubljana", "Slovenska cesta 5", "Slovenia"):
        known = asdict(read_address(text, known))
    assert PartialAddress(**known) == PartialAddress(
        address1="Slovenska cesta 5", city="Ljubljana", zip="1000", country="Slovenia"
    )


@pytest.mark.parametrize("text", ["nevermind", "paypal", "Thanks", "my sister's place", "hmm ok"])
def test_an_answer_without_an_address_is_no_city(text: str) -> None:
    assert read_address(text, {}) == PartialAddress()


@pytest.mark.parametrize(
    "text",
    [
        "change the address for #W1000519",
        "send it to nora@example.com",
        "I ordered 2 lamps to my office",
        "what does it cost to ship to Germany?",
        "call me at +46 70 555 01 23",
        "yes please",
        "change my default address",
        "",
    ],
)
def test_other_texts_are_no_address(text: str) -> None:
    assert read_address(text, None, DALLAS) == PartialAddress()
    assert read_address(text, MALMO, DALLAS) == PartialAddress(**MALMO)


@pytest.mark.parametrize(
    "text", ["my default address", "ship it to my home address please", "the one on file"]
)
def test_the_default_address_can_be_named(text: str) -> None:
    assert asdict(read_address(text, None, DALLAS)) == DALLAS
    assert read_address(text, None, None) == PartialAddress()


def test_a_new_default_address_is_not_the_old_one() -> None:
    found = read_address(
        "change my default address to 5 Oak Avenue, Austin, TX 73301", None, DALLAS
    )
    assert (found.address1, found.city) == ("5 Oak Avenue", "Austin")


def test_the_country_is_taken_from_the_default_where_the_zip_code_fits_it() -> None:
    assert read_address("Nygatan 3, 211 45 Malmö", None, MALMO).country == "Sweden"
    assert read_address("Grazbachgasse 41, 8010 Graz", None, MALMO).country == ""
    assert (
        read_address("10 Downing Street, London SW1A 2AA", None, MALMO).country == "United Kingdom"
    )


def test_what_is_missing_is_said_and_can_be_added_bit_by_bit() -> None:
    found = read_address("send it to Storgatan 12 instead")
    assert found.missing == ("zip", "city", "country")
    found = read_address("Malmö", asdict(found))
    assert found.missing == ("zip", "country")
    found = read_address("the zip code is 211 42", asdict(found))
    found = read_address("it's in Sweden", asdict(found))
    assert asdict(found) == {**MALMO, "address2": "", "state": ""}
    assert found.complete


def test_several_missing_parts_may_come_at_once() -> None:
    street = {"address1": "Hauptstr. 3", "city": "", "zip": "", "country": ""}
    found = read_address("01099 Dresden, Germany", street)
    assert (found.zip, found.city, found.country) == ("01099", "Dresden", "Germany")


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("no, number 14", "address1", "Storgatan 14"),
        ("sorry, the zip is 211 45", "zip", "211 45"),
        ("same street but apartment 5", "address2", "Apartment 5"),
        ("no, I meant Nygatan 3", "address1", "Nygatan 3"),
        ("the city is Lund", "city", "Lund"),
    ],
)
def test_parts_can_be_corrected(text: str, field: str, expected: str) -> None:
    before = {**MALMO, "address2": "", "state": ""}
    assert asdict(read_address(text, before)) == {**before, field: expected}


def test_another_whole_address_takes_the_place_of_the_first() -> None:
    found = read_address("Kungsgatan 5, 111 43 Stockholm", {**MALMO, "address2": "Apt 1"}, MALMO)
    assert asdict(found) == {
        "address1": "Kungsgatan 5", "address2": "", "city": "Stockholm", "state": "",
        "zip": "111 43", "country": "Sweden",
    }  # fmt: skip


def test_every_address_of_the_export_is_read_back(retail_addresses: list[dict[str, str]]) -> None:
    for entry in retail_addresses:
        text = (
            f"Please change it to {entry['address1']}, {entry['address2']}, {entry['city']}, "
            f"{entry['state']} {entry['zip']}, {entry['country']}"
        )
        assert asdict(read_address(text)) == entry, text
