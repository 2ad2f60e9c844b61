"""Secrets are given, or generated once and kept; weak ones are refused."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aisle.access.secrets import SHORTEST, check_secrets, load_secrets
from aisle.settings import PROJECT_ROOT, SecuritySettings, SettingsError

STRONG = "0123456789abcdef" * 4
ALL_GIVEN = {
    "jwt_secret": f"jwt{STRONG}",
    "encryption_key": f"enc{STRONG}",
    "api_keys": f"one{STRONG} two{STRONG}",
    "service_token": f"svc{STRONG}",
}
PRINT_SECRETS = """
import sys
from pathlib import Path
from aisle.access.secrets import load_secrets
from aisle.settings import SecuritySettings
found = load_secrets(SecuritySettings(generated_secrets=Path(sys.argv[1])))
print(found.jwt_secret, found.encryption_key, found.service_token, *found.api_keys)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "secrets.json"


def test_what_is_given_is_used_and_nothing_is_written(file: Path) -> None:
    secrets = load_secrets(SecuritySettings(**ALL_GIVEN, generated_secrets=file))
    assert secrets.jwt_secret == ALL_GIVEN["jwt_secret"]
    assert secrets.encryption_key == ALL_GIVEN["encryption_key"]
    assert secrets.service_token == ALL_GIVEN["service_token"]
    assert secrets.api_keys == tuple(ALL_GIVEN["api_keys"].split())
    assert secrets.new_keys == ()
    assert not file.exists()


def test_the_first_start_generates_secrets_and_the_second_finds_them(file: Path) -> None:
    security = SecuritySettings(generated_secrets=file)
    first, second = load_secrets(security), load_secrets(security)
    assert first == second
    assert set(first.new_keys) == {"jwt_secret", "encryption_key", "api_keys", "service_token"}
    assert second.new_keys == ()
    values = {first.jwt_secret, first.encryption_key, first.service_token, *first.api_keys}
    assert len(values) == 4
    assert all(len(value) >= SHORTEST for value in values)


def test_only_the_owner_may_read_the_generated_secrets(file: Path) -> None:
    load_secrets(SecuritySettings(generated_secrets=file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_a_given_secret_goes_before_a_generated_one(file: Path) -> None:
    generated = load_secrets(SecuritySettings(generated_secrets=file))
    given = ALL_GIVEN["jwt_secret"]
    secrets = load_secrets(SecuritySettings(generated_secrets=file, jwt_secret=given))
    assert secrets.jwt_secret == given
    assert secrets.service_token == generated.service_token


def test_a_secret_that_was_given_until_now_is_added_to_the_file(file: Path) -> None:
    first = load_secrets(SecuritySettings(generated_secrets=file, api_keys=ALL_GIVEN["api_keys"]))
    assert "api_keys" not in json.loads(file.read_text())
    second = load_secrets(SecuritySettings(generated_secrets=file))
    assert second.new_keys == ("api_keys",)
    assert second.jwt_secret == first.jwt_secret


def test_processes_that_start_together_agree(file: Path) -> None:
    command = [sys.executable, "-c", PRINT_SECRETS, str(file)]
    started = [
        subprocess.Popen(command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    printed = {process.communicate(timeout=60)[0] for process in started}
    assert len(printed) == 1
    assert len(printed.pop().split()) == 4


def test_looking_whether_secrets_are_usable_generates_none(file: Path) -> None:
    check_secrets(SecuritySettings(generated_secrets=file))
    assert not file.exists()


@pytest.mark.parametrize("refuse", [check_secrets, load_secrets])
@pytest.mark.parametrize("missing", sorted(ALL_GIVEN))
def test_without_a_file_a_missing_secret_is_named_with_its_variable(
    missing: str, refuse: object
) -> None:
    assert callable(refuse)
    given = {name: value for name, value in ALL_GIVEN.items() if name != missing}
    with pytest.raises(SettingsError, match=f"security.{missing}.*AISLE_{missing.upper()}"):
        refuse(SecuritySettings(**given, generated_secrets=None))


@pytest.mark.parametrize(
    "weak",
    [
        "tooshort-0123456789",
        "x" * 64,
        "ab" * 40,
        "change-me-change-me-change-me-0123456789",
        "CHANGEME-0123456789-0123456789-abcdef",
        "replace-with-64-hex-digits-0123456789",
        "secret-0123456789-0123456789-abcdefgh",
        f" {STRONG}",
        f"{STRONG}\n",
        f"{STRONG}é",
    ],
)
@pytest.mark.parametrize("name", ["jwt_secret", "encryption_key", "service_token"])
def test_a_weak_secret_is_refused_by_name_and_not_repeated(
    name: str, weak: str, file: Path
) -> None:
    with pytest.raises(SettingsError, match=f"AISLE_{name.upper()}") as refused:
        load_secrets(SecuritySettings(**{**ALL_GIVEN, name: weak}, generated_secrets=file))
    assert weak.strip() not in str(refused.value)


def test_one_weak_api_key_among_good_ones_is_refused(file: Path) -> None:
    keys = f"{STRONG} {'k' * 64}"
    with pytest.raises(SettingsError, match="AISLE_API_KEYS"):
        load_secrets(SecuritySettings(**{**ALL_GIVEN, "api_keys": keys}, generated_secrets=file))


@pytest.mark.parametrize("content", ["", "[]", '{"jwt_secret": 7}', '{"jwt_secret": "short"}'])
def test_a_file_that_was_damaged_is_named_and_left_alone(content: str, file: Path) -> None:
    file.parent.mkdir()
    file.write_text(content)
    with pytest.raises(SettingsError, match=r"secrets\.json"):
        load_secrets(SecuritySettings(generated_secrets=file))
    assert file.read_text() == content


def test_a_place_where_nothing_can_be_written_is_named(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    with pytest.raises(SettingsError, match="AISLE_SECRETS_FILE"):
        load_secrets(SecuritySettings(generated_secrets=in_the_way / "secrets.json"))


def test_secrets_are_hidden_when_shown(file: Path) -> None:
    shown = repr(load_secrets(SecuritySettings(**ALL_GIVEN, generated_secrets=file)))
    assert STRONG not in shown
