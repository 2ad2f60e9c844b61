from pathlib import Path

import pytest

from aisle.settings import (
    PROJECT_ROOT,
    Settings,
    SettingsError,
    SmtpSecurity,
    Verification,
    get_settings,
    load_settings,
)

PRODUCTION = PROJECT_ROOT / "config" / "production.yaml"
PRODUCTION_VARIABLES = {
    "POSTGRES_HOST": "db.internal",
    "POSTGRES_DB": "shop",
    "POSTGRES_USER": "aisle",
    "POSTGRES_PASSWORD": "tr0ub4dor",
    "REDIS_HOST": "cache.internal",
    "REDIS_PASSWORD": "r3d1s-tr0ub4dor",
    "AISLE_JWT_SECRET": "jwt-tr0ub4dor-" + 32 * "j",
    "AISLE_ENCRYPTION_KEY": "enc-tr0ub4dor-" + 32 * "e",
    "AISLE_API_KEYS": "key-tr0ub4dor-" + 32 * "k",
    "AISLE_SERVICE_TOKEN": "svc-tr0ub4dor-" + 32 * "s",
    "AISLE_ALLOWED_ORIGINS": "https://shop.example",
    "AISLE_SMTP_HOST": "smtp.internal",
    "AISLE_MAIL_SENDER": "service@shop.example",
}


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    return tmp_path / "overlay.yaml"


def test_defaults_need_no_environment() -> None:
    settings = load_settings(None, {})
    assert settings.shop.name == "Juniper & Co"
    assert settings.database.sqlite is not None
    assert settings.servers.rasa.host == "127.0.0.1"


def test_a_variable_replaces_its_default() -> None:
    settings = load_settings(None, {"AISLE_RASA_PORT": "6005", "AISLE_SHOP_NAME": "Oak"})
    assert settings.servers.rasa.port == 6005
    assert settings.shop.name == "Oak"


def test_a_default_may_contain_braces() -> None:
    assert load_settings(None, {}).shop.help_url.endswith("/help/{article_id}")


def test_relative_paths_start_at_the_project_and_absolute_ones_stay(tmp_path: Path) -> None:
    settings = load_settings(None, {"AISLE_KNOWLEDGE_INDEX": str(tmp_path / "index.db")})
    assert settings.database.sqlite is not None
    assert settings.database.sqlite.path == PROJECT_ROOT / "var" / "aisle.db"
    assert settings.knowledge.index_path == tmp_path / "index.db"


def test_a_missing_variable_is_named_with_its_key(overlay: Path) -> None:
    overlay.write_text("shop:\n  name: ${SHOP_TITLE}\n")
    with pytest.raises(SettingsError, match=r"SHOP_TITLE is not set; the key shop\.name"):
        load_settings(overlay, {})


def test_an_unknown_key_is_refused_and_named(overlay: Path) -> None:
    overlay.write_text("shop:\n  nmae: Oak\n")
    with pytest.raises(SettingsError, match=r"shop\.nmae"):
        load_settings(overlay, {})


def test_a_wrong_value_is_named_with_its_key() -> None:
    with pytest.raises(SettingsError, match=r"servers\.rasa\.port"):
        load_settings(None, {"AISLE_RASA_PORT": "a lot"})


def test_two_databases_at_once_are_refused(overlay: Path) -> None:
    overlay.write_text(
        "database:\n  postgresql: {host: h, database: d, username: u, password: p}\n"
    )
    with pytest.raises(SettingsError, match="either sqlite or postgresql"):
        load_settings(overlay, {})


@pytest.mark.parametrize("content", ["a: [", "- just\n- a list\n"])
def test_a_file_that_is_not_a_mapping_is_refused_by_name(overlay: Path, content: str) -> None:
    overlay.write_text(content)
    with pytest.raises(SettingsError, match=r"overlay\.yaml"):
        load_settings(overlay, {})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.yaml"):
        load_settings(tmp_path / "none.yaml", {})


def test_production_uses_postgresql_with_the_variables() -> None:
    database = load_settings(PRODUCTION, PRODUCTION_VARIABLES).database
    assert database.sqlite is None
    assert database.postgresql is not None
    assert database.postgresql.host == "db.internal"
    assert database.postgresql.port == 5432
    assert database.postgresql.password.get_secret_value() == "tr0ub4dor"


def test_mongodb_is_used_where_an_address_is_given() -> None:
    assert load_settings(PRODUCTION, PRODUCTION_VARIABLES).database.mongodb is None
    given = {**PRODUCTION_VARIABLES, "MONGODB_URI": "mongodb://documents.internal"}
    mongodb = load_settings(PRODUCTION, given).database.mongodb
    assert mongodb is not None
    assert mongodb.uri.get_secret_value() == "mongodb://documents.internal"
    assert mongodb.database == "aisle"


@pytest.mark.parametrize(
    ("overlay_file", "variables"), [(None, {}), (PRODUCTION, PRODUCTION_VARIABLES)]
)
def test_a_language_model_is_used_where_one_is_named(
    overlay_file: Path | None, variables: dict[str, str]
) -> None:
    assert load_settings(overlay_file, variables).ai_services.response_generation is None
    key = "sk-tr0ub4dor"
    named = {**variables, "AISLE_LLM_MODEL": "owl-7b", "AISLE_LLM_API_KEY": key}
    settings = load_settings(overlay_file, named)
    model = settings.ai_services.response_generation
    assert model is not None
    assert (model.model_name, model.max_tokens, model.temperature) == ("owl-7b", 500, 0.7)
    assert model.api_key.get_secret_value() == key
    assert key not in repr(settings)
    assert settings.performance.response_generation_timeout == 10


def test_a_local_language_model_needs_no_key() -> None:
    local = {"AISLE_LLM_MODEL": "owl-7b", "AISLE_LLM_BASE_URL": "http://models:11434/v1"}
    model = load_settings(None, local).ai_services.response_generation
    assert model is not None
    assert model.base_url == "http://models:11434/v1"
    assert not model.api_key.get_secret_value()


def test_a_language_models_address_is_checked() -> None:
    wrong = {"AISLE_LLM_MODEL": "owl-7b", "AISLE_LLM_BASE_URL": "models:11434"}
    with pytest.raises(SettingsError, match=r"ai_services\.response_generation\.base_url"):
        load_settings(None, wrong)


def test_elasticsearch_is_used_where_a_host_is_given() -> None:
    assert load_settings(None, {}).elasticsearch is None
    assert load_settings(PRODUCTION, PRODUCTION_VARIABLES).elasticsearch is None
    given = {
        **PRODUCTION_VARIABLES,
        "ELASTICSEARCH_HOSTS": "https://one.internal:9200 https://two.internal:9243/search",
        "ELASTICSEARCH_PASSWORD": "es-tr0ub4dor",
    }
    elasticsearch = load_settings(PRODUCTION, given).elasticsearch
    assert elasticsearch is not None
    assert elasticsearch.hosts == (
        "https://one.internal:9200",
        "https://two.internal:9243/search",
    )
    assert elasticsearch.username == "elastic"
    assert elasticsearch.password.get_secret_value() == "es-tr0ub4dor"
    assert elasticsearch.index == "knowledge_base"
    assert "tr0ub4dor" not in repr(elasticsearch)


@pytest.mark.parametrize(
    "host",
    ["search.internal:9200", "https://search.internal", "https://ann:tr0ub4dor@search:9200"],
)
def test_a_host_of_elasticsearch_that_cannot_work_is_refused_without_being_quoted(
    host: str,
) -> None:
    given = {**PRODUCTION_VARIABLES, "ELASTICSEARCH_HOSTS": host}
    with pytest.raises(SettingsError, match=r"elasticsearch\.hosts") as raised:
        load_settings(PRODUCTION, given)
    assert "tr0ub4dor" not in str(raised.value)


@pytest.mark.parametrize("missing", sorted(PRODUCTION_VARIABLES))
def test_production_refuses_to_start_without_each_of_its_variables(missing: str) -> None:
    variables = {name: value for name, value in PRODUCTION_VARIABLES.items() if name != missing}
    with pytest.raises(SettingsError, match=missing):
        load_settings(PRODUCTION, variables)


def test_secrets_are_hidden_when_settings_are_shown() -> None:
    settings = load_settings(PRODUCTION, PRODUCTION_VARIABLES)
    assert "tr0ub4dor" not in repr(settings)
    assert "tr0ub4dor" not in str(settings)


def test_mails_are_kept_in_a_folder_unless_production_sends_them() -> None:
    embedded = load_settings(None, {}).mail
    assert (embedded.folder, embedded.smtp) == (PROJECT_ROOT / "var" / "mail", None)
    mail = load_settings(PRODUCTION, PRODUCTION_VARIABLES).mail
    assert mail.folder is None
    assert mail.smtp is not None
    assert (mail.smtp.host, mail.smtp.port) == ("smtp.internal", 587)
    assert (mail.smtp.security, mail.smtp.timeout) == (SmtpSecurity.STARTTLS, 10)


def test_a_folder_and_a_mail_server_at_once_are_refused(overlay: Path) -> None:
    overlay.write_text("mail:\n  smtp: {host: smtp.internal}\n")
    with pytest.raises(SettingsError, match="either folder or smtp"):
        load_settings(overlay, {})


def test_a_password_is_not_sent_to_a_mail_server_in_the_clear() -> None:
    given = {"AISLE_SMTP_USERNAME": "aisle", "AISLE_SMTP_PASSWORD": "m41l-tr0ub4dor"}
    settings = load_settings(PRODUCTION, {**PRODUCTION_VARIABLES, **given})
    assert "tr0ub4dor" not in repr(settings)
    with pytest.raises(SettingsError, match=r"mail\.smtp.*starttls or tls"):
        load_settings(PRODUCTION, {**PRODUCTION_VARIABLES, **given, "AISLE_SMTP_SECURITY": "none"})


def test_one_variable_says_what_every_change_needs() -> None:
    usual = dict(load_settings(None, {}).shop.verification)
    assert usual.pop("look_up") is Verification.CONTACT
    assert set(usual.values()) == {Verification.CODE}
    lowered = dict(load_settings(None, {"AISLE_CHANGES_NEED": "contact"}).shop.verification)
    assert lowered.pop("show_payment") is Verification.CODE
    assert set(lowered.values()) == {Verification.CONTACT}


def test_a_shop_sets_what_a_single_operation_needs(overlay: Path) -> None:
    overlay.write_text("shop:\n  verification: {return_items: contact}\n")
    verification = load_settings(overlay, {}).shop.verification
    assert verification.return_items is Verification.CONTACT
    assert verification.exchange_items is Verification.CODE
    overlay.write_text("shop:\n  verification: {return_items: nothing}\n")
    with pytest.raises(SettingsError, match=r"shop\.verification\.return_items"):
        load_settings(overlay, {})


def test_settings_cannot_be_changed() -> None:
    settings = load_settings(None, {})
    with pytest.raises(TypeError):
        settings.shop.name = "Oak"


def test_aisle_config_names_the_overlay_from_the_project(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in PRODUCTION_VARIABLES.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AISLE_CONFIG", "config/production.yaml")
    get_settings.cache_clear()
    try:
        settings: Settings = get_settings()
    finally:
        get_settings.cache_clear()
    assert settings.database.postgresql is not None
