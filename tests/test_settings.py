"""An argument beats the environment beats settings.toml beats the default."""

from pathlib import Path

import pytest

from agent.errors import SettingsError
from agent.settings import load_settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and nothing set from outside."""
    for name in ("SLATE_SIZE", "MODEL_URL", "PARSER", "DOMAIN", "DIVERSITY", "YEAR", "ASK"):
        monkeypatch.delenv(f"ATTUNE_{name}", raising=False)
    monkeypatch.setenv("ATTUNE_HOME", str(tmp_path))
    return tmp_path


def write(home: Path, text: str) -> None:
    (home / "settings.toml").write_text(text)


def test_the_default_stands_where_nothing_is_said(home: Path) -> None:
    settings = load_settings()
    assert settings.slate_size == 5
    assert settings.home == home
    assert settings.database == home / "attune.db"


def test_the_file_beats_the_default(home: Path) -> None:
    write(home, "slate_size = 7")
    assert load_settings().slate_size == 7


def test_the_environment_beats_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home, "slate_size = 7")
    monkeypatch.setenv("ATTUNE_SLATE_SIZE", "8")
    assert load_settings().slate_size == 8


def test_an_argument_beats_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home, "slate_size = 7")
    monkeypatch.setenv("ATTUNE_SLATE_SIZE", "8")
    assert load_settings(slate_size=9).slate_size == 9


def test_an_argument_that_equals_its_default_still_beats_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home, "slate_size = 7")
    monkeypatch.setenv("ATTUNE_SLATE_SIZE", "8")
    assert load_settings(slate_size=5).slate_size == 5


def test_an_argument_of_none_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_SLATE_SIZE", "8")
    assert load_settings(slate_size=None).slate_size == 8


def test_the_file_is_looked_for_in_the_home_that_was_given(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write(other, "slate_size = 6")
    assert load_settings(home=other).slate_size == 6


def test_an_empty_model_url_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_MODEL_URL", "")
    assert load_settings().model_url is None


def test_the_key_is_not_printed() -> None:
    assert "sk-secret" not in repr(load_settings(model_key="sk-secret"))


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("slate_size", "0", "0"),
        ("slate_size", "many", "many"),
        ("parser", "magic", "magic"),
        ("diversity", "1.5", "1.5"),
        ("model_url", "localhost:8000", "localhost:8000"),
        ("year", "12", "12"),
        ("ask", "perhaps", "perhaps"),
    ],
)
def test_a_bad_value_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, part: str
) -> None:
    monkeypatch.setenv(f"ATTUNE_{name.upper()}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert f"ATTUNE_{name.upper()}" in str(caught.value)
    assert part in str(caught.value)


def test_a_setting_that_does_not_exist_is_named(home: Path) -> None:
    write(home, "slate_sise = 7")
    with pytest.raises(SettingsError, match="slate_sise"):
        load_settings()


def test_a_file_that_is_not_toml_is_named(home: Path) -> None:
    write(home, "slate_size = = 7")
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        load_settings()
