"""Who somebody says they are, and whether a customer fits."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from aisle.customers.identity import (
    Credentials,
    VerificationLevel,
    find_customer,
    is_somebody_else,
    masked_email,
    parse_credentials,
    required_level,
)
from aisle.customers.models import Customer
from aisle.database.engine import Database
from aisle.settings import get_settings
from aisle.shop.policies.changes import Operation


def parsed(text: str, *names: str) -> tuple[str | None, ...]:
    return tuple(asdict(parse_credentials(text, names)).values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mia hansen 10083", (None, "mia", "hansen", "10083")),
        ("10083 Mia Hansen", (None, "Mia", "Hansen", "10083")),
        ("my name is Tom Becker, zip 1012 AB", (None, "Tom", "Becker", "1012 AB")),
        ("Siobhan O'Brien D02 X285", (None, "Siobhan", "O'Brien", "D02 X285")),
        (
            "it's NORA.Lindqvist@Example.com thanks",
            ("nora.lindqvist@example.com", None, None, None),
        ),
        (
            "zip is SW1A 1AA, name: Anna-Maria de Vries",
            (None, "Anna-Maria", "de Vries", "SW1A 1AA"),
        ),
        ("Jasper van den Berg\n9711jw", (None, "Jasper", "van den Berg", "9711JW")),
        ("first name Emma, surname Novak, postcode 120 00", (None, "Emma", "Novak", "120 00")),
        (
            "im katarzyna wiśniewska and my zip is 31-147",
            (None, "katarzyna", "wiśniewska", "31-147"),
        ),
        ("Inês Carvalho 4050-032", (None, "Inês", "Carvalho", "4050-032")),
        ("noah tremblay h2j 2k9 please", (None, "noah", "tremblay", "H2J 2K9")),
        ("Lotte Peeters, 2018", (None, "Lotte", "Peeters", "2018")),
        ("Andrei Popescu 400114", (None, "Andrei", "Popescu", "400114")),
        ("LUCA FERRARI 80138", (None, "LUCA", "FERRARI", "80138")),
        ("Hansen, Mia, 10083", (None, "Mia", "Hansen", "10083")),
        ("emma carter, 30301-2204", (None, "emma", "carter", "30301-2204")),
        ("D-10083, Mia Hansen", (None, "Mia", "Hansen", "D-10083")),
        ("the zip code is 211 42", (None, None, None, "211 42")),
        ("where's my lamp? Mia Hansen, 10083", (None, "Mia", "Hansen", "10083")),
        ("my name is mia and my zip is 10083", (None, "mia", None, "10083")),
        ("first name mia last name hansen", (None, "mia", "hansen", None)),
        ("my name is Mia", (None, "Mia", None, None)),
        ("mia.hansen @ example.com.", ("mia.hansen@example.com", None, None, None)),
    ],
)
def test_reads_what_a_shopper_types(text: str, expected: tuple[str | None, ...]) -> None:
    assert parsed(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "#W1234567",
        "order w 123 45 67",
        "order number 1234567",
        "W12345",
        "order 12345",
        "it cost €1479.15",
        "I paid 1200 euros",
        "call me on +49 30 555 0118",
        "the card ending in 2478",
        "I ordered it in 2024",
        "tracking 300418825571",
        "asdkjh",
        "",
        "where is my parcel",
        "i ordered a lamp two weeks ago and it still hasn't come",
        "yes please",
    ],
)
def test_takes_nothing_for_a_name_or_zip_that_is_none(text: str) -> None:
    assert parse_credentials(text) == Credentials()


@pytest.mark.parametrize(
    "text",
    [
        "islands cost extra? we live on Texel 1791 AB",
        "when would it arrive if i choose standard and live in dublin D02 X285",
        "whats the square root of 2209",
        "send it to 7 Mill Lane, OX2 6TB",
        "she lives at Rue des Lilas 3, 69003 Lyon",
        "can i have it delivered near Canary Wharf E14 5AB",
        "the street name is misspelled on my order, it should be 10115",
        "my surname changed, 10115",
    ],
)
def test_a_zip_in_another_question_makes_no_credentials_to_check(text: str) -> None:
    assert not parse_credentials(text).complete


def test_an_order_number_beside_a_zip_is_left_out() -> None:
    assert parsed("order W1000871, mia hansen, 10083") == (None, "mia", "hansen", "10083")
    assert parsed("w 100 08 71 mia hansen 10083") == (None, "mia", "hansen", "10083")


def test_names_found_by_nlu_help_where_the_text_alone_is_unclear() -> None:
    text = "rather use the details of mia hansen who ordered it, postcode 10083"
    assert parsed(text, "mia hansen")[1:] == ("mia", "hansen", "10083")
    assert parsed("hansen", "hansen")[1:] == ("hansen", None, None)
    assert parsed("jansen, sanne", "jansen, sanne")[1:3] == ("sanne", "jansen")
    assert parsed("mia and then hansen", "mia", "hansen")[1:3] == ("mia", "hansen")


def test_credentials_know_what_is_missing() -> None:
    assert Credentials().missing == ("email",)
    assert Credentials(first_name="Mia", last_name="Hansen").missing == ("zip_code",)
    assert Credentials(zip_code="10083").missing == ("first_name", "last_name")
    assert Credentials(email="mia@example.com").complete
    assert Credentials(None, "Mia", "Hansen", "10083").complete
    assert Credentials(None, "Mia", "Hansen", "10083").missing == ()


def test_two_partial_answers_make_a_whole_one_and_the_newer_wins() -> None:
    first = parse_credentials("Mia Hansen")
    assert first.combined_with(parse_credentials("10083")).complete
    corrected = Credentials(zip_code="10083").combined_with(Credentials(zip_code="10115"))
    assert corrected.zip_code == "10115"


def test_a_second_lone_name_is_the_last_name() -> None:
    both = Credentials(first_name="Mia").combined_with(Credentials(first_name="Hansen"))
    assert (both.first_name, both.last_name) == ("Mia", "Hansen")


def test_credentials_do_not_show_personal_data_in_logs() -> None:
    shown = repr(Credentials("mia@example.com", "Mia", "Hansen", "10083"))
    assert not any(value in shown for value in ("mia", "Mia", "Hansen", "10083"))


CUSTOMERS = [
    ("nora.lindqvist@example.com", "Nora", "Lindqvist", "211 42"),
    ("Mia.Hansen@example.com", "Mia", "Hansen", "10083"),
    ("siobhan@example.com", "Siobhán", "O'Brien", "T23 YX59"),
    ("anna.rossi@example.com", "Anna Maria", "Rossi", "40122"),
    ("anne@example.com", "Anne-Marie", "Dupont", "84000"),
    ("freja@example.com", "Freja", "Sørensen", "2200"),
    ("lena@example.com", "Lena", "Müller", "80469"),
    ("kasia@example.com", "Katarzyna", "Wiśniewska", "31-147"),
    ("ayse@example.com", "Ayşe", "Y\u0131lmaz", "70178"),
    ("fatima@example.com", "Fatima", "El Amrani", "1095 CP"),
    ("jan.one@example.com", "Jan", "Novak", "12000"),
    ("jan.two@example.com", "Jan", "Novák", "120 00"),
]


def add_customers(session: Session) -> None:
    for email, first, last, zip_code in CUSTOMERS:
        address = {"address1": "1 Street", "city": "Town", "zip": zip_code, "country": "Land"}
        session.add(
            Customer(email=email, first_name=first, last_name=last, default_address=address)
        )
    session.add(Customer(email="guest@example.com"))
    session.flush()


@pytest.mark.parametrize(
    ("credentials", "email"),
    [
        (Credentials("NORA.lindqvist@example.com"), "nora.lindqvist@example.com"),
        (Credentials("mia.hansen@example.com"), "Mia.Hansen@example.com"),
        (Credentials(None, "MIA", "hansen", "10083"), "Mia.Hansen@example.com"),
        (Credentials(None, "Hansen", "Mia", "10083"), "Mia.Hansen@example.com"),
        (Credentials(None, "mia", "hansen", "D-10083"), "Mia.Hansen@example.com"),
        (Credentials(None, "Nora", "Lindqvist", "21142"), "nora.lindqvist@example.com"),
        (Credentials(None, "siobhan", "obrien", "t23yx59"), "siobhan@example.com"),
        (Credentials(None, "Siobhan", "O\u2019Brien", "T23 YX59"), "siobhan@example.com"),
        (Credentials(None, "Anna", "Rossi", "40122"), "anna.rossi@example.com"),
        (Credentials(None, "Anna Maria", "Rossi", "40122"), "anna.rossi@example.com"),
        (Credentials(None, "annamaria", "rossi", "40122"), "anna.rossi@example.com"),
        (Credentials(None, "Anne Marie", "Dupont", "84000"), "anne@example.com"),
        (Credentials(None, "Freja", "Sorensen", "2200"), "freja@example.com"),
        (Credentials(None, "freja", "soerensen", "2200"), "freja@example.com"),
        (Credentials(None, "Lena", "Mueller", "80469"), "lena@example.com"),
        (Credentials(None, "Lena", "Muller", "80469"), "lena@example.com"),
        (Credentials(None, "katarzyna", "wisniewska", "31147"), "kasia@example.com"),
        (Credentials(None, "ayse", "yilmaz", "70178"), "ayse@example.com"),
        (Credentials(None, "Fatima El", "Amrani", "1095cp"), "fatima@example.com"),
        (Credentials("unknown@example.com", "Mia", "Hansen", "10083"), "Mia.Hansen@example.com"),
    ],
)
def test_finds_the_customer_whatever_the_spelling(
    database: Database, credentials: Credentials, email: str
) -> None:
    with database.transaction() as session:
        add_customers(session)
        customer = find_customer(session, credentials)
        assert customer is not None
        assert customer.email == email


@pytest.mark.parametrize(
    "credentials",
    [
        Credentials(),
        Credentials("nobody@example.com"),
        Credentials("%@example.com"),
        Credentials(None, "Mia", "Hansen"),
        Credentials(None, "Mia", "Hansen", "10084"),
        Credentials(None, "Mia", "Hanssen", "10083"),
        Credentials(None, "Maria", "Rossi", "40122"),
        Credentials(None, "Anna Luisa", "Rossi", "40122"),
        Credentials(None, "-", "'", "10083"),
        Credentials(None, "Jan", "Novak", "12000"),  # two customers
        Credentials("nora.lindqvist@example.com", "Mia", "Hansen", "10083"),  # two people
    ],
)
def test_finds_nobody_when_the_answer_does_not_fit_one_customer(
    database: Database, credentials: Credentials
) -> None:
    with database.transaction() as session:
        add_customers(session)
        assert find_customer(session, credentials) is None


def test_a_full_name_of_another_person_is_somebody_else() -> None:
    nora = Customer(first_name="Nora", last_name="Lindqvist")
    assert is_somebody_else(["tom becker"], nora)
    assert not is_somebody_else(["nora lindqvist", "Lindqvist, Nora", "Jo"], nora)


@pytest.mark.parametrize(
    ("email", "shown"),
    [("nora.lindqvist@example.com", "n***@example.com"), ("n@example.com", "n***@example.com")],
)
def test_a_masked_address_tells_its_owner_only(email: str, shown: str) -> None:
    assert masked_email(Customer(email=email)) == shown


def test_without_an_address_there_is_nothing_to_mask() -> None:
    assert masked_email(Customer(email=None)) == ""


@pytest.fixture
def shop_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings in which returns need less than usual."""
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("shop:\n  verification: {return_items: contact}\n")
    monkeypatch.setenv("AISLE_CONFIG", str(overlay))
    monkeypatch.delenv("AISLE_CHANGES_NEED", raising=False)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.usefixtures("shop_settings")
def test_the_shop_says_how_well_a_customer_must_be_known() -> None:
    assert required_level("look_up") is VerificationLevel.CONTACT
    assert required_level("show_payment") is VerificationLevel.CODE
    assert required_level("cancel_order") is VerificationLevel.CODE
    assert required_level("return_items") is VerificationLevel.CONTACT
    with pytest.raises(KeyError):
        required_level("everything")


@pytest.mark.usefixtures("shop_settings")
@pytest.mark.parametrize("operation", Operation)
def test_every_operation_has_a_level(operation: Operation) -> None:
    assert required_level(operation.value) in (VerificationLevel.CONTACT, VerificationLevel.CODE)
