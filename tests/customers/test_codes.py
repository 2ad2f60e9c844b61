"""One-time codes: what is one, and what is stored of it."""

import uuid

import pytest

from aisle.customers.codes import find_code, hash_code, is_code, make_code

ID, OTHER_ID = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.mark.parametrize(
    "text",
    [
        "402117",
        " 402117. ",
        "402 117",
        "402-117",
        "402.117",
        "40 21 17",
        "4 0 2 1 1 7",
        "the code is 402-117",
        "code:402117",
        "it says 402117, thanks!",
        "(402117)",
        "my pin is 402117",
        "here: 402117 or 402 117",
        "402117 for order #W1234567",
        "402117, my zip is 12345",
        "mia.hansen123456@example.com got 402117",
        "I am at +49 351 4021190 and the code is 402117",
        "here you go\n402117",
    ],
)
def test_a_code_is_found_however_it_is_written(text: str) -> None:
    assert find_code(text) == "402117"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I did not get any code",
        "40211",
        "4021170",
        "#W1402117",
        "#W402117",
        "order 402117",
        "order number: 402117",
        "zip code 402117",
        "my postcode is 402 117",
        "12345",
        "402117-1234",
        "+49 351 402117",
        "0351 402 117",
        "555-402-117",
        "€402117",
        "402117.50",
        "a402117",
        "402117b",
        "mia402117@example.com",
        "402117@example.com",
        "402117 or 402118",
        "\u0664\u0660\u0662\u0661\u0661\u0667",
    ],
)
def test_nothing_else_is_taken_for_a_code(text: str) -> None:
    assert find_code(text) is None


def test_codes_are_six_digits_and_not_foreseeable() -> None:
    codes = {make_code() for _ in range(500)}
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 480
    assert any(code.startswith("0") for code in codes)


def test_a_code_fits_its_own_hash_only() -> None:
    stored = hash_code("402117", ID, "secret")
    assert is_code("402117", ID, "secret", stored)
    assert not is_code("402118", ID, "secret", stored)
    assert not is_code("402117", OTHER_ID, "secret", stored)
    assert not is_code("402117", ID, "another secret", stored)
    assert "402117" not in stored


def test_equal_codes_look_different_and_fit_the_column() -> None:
    hashes = {hash_code("402117", ID, "secret"), hash_code("402117", OTHER_ID, "secret")}
    assert len(hashes) == 2
    assert all(len(stored) <= 200 for stored in hashes)
