import io
from pathlib import Path

from rich.console import Console

from aisle.cli.log import MergedLog


def test_lines_of_all_processes_are_in_one_file_with_their_names(tmp_path: Path) -> None:
    log = MergedLog(
        tmp_path / "var" / "aisle.log", Console(file=io.StringIO()), ["actions", "rasa"]
    )
    log.write("actions", "listens")
    log.write("rasa", "loads the model")
    log.close()
    written = (tmp_path / "var" / "aisle.log").read_text()
    assert written == "actions | listens\nrasa    | loads the model\n"


def test_colours_and_control_sequences_of_a_process_do_not_reach_file_or_terminal(
    tmp_path: Path,
) -> None:
    terminal = io.StringIO()
    log = MergedLog(tmp_path / "aisle.log", Console(file=terminal, width=40), ["rasa"])
    log.write("rasa", "\x1b[31mred\x1b[0m \x1b]0;title\x07[bold]")
    log.close()
    assert (tmp_path / "aisle.log").read_text() == "rasa | red [bold]\n"
    assert terminal.getvalue() == "rasa | red [bold]\n"


def test_deprecation_warnings_and_their_source_lines_are_left_out(tmp_path: Path) -> None:
    log = MergedLog(tmp_path / "aisle.log", Console(file=io.StringIO()), ["actions", "rasa"])
    log.write("rasa", "/x/keras/utils.py:285: DeprecationWarning: invalid escape sequence")
    log.write("actions", "  indented")
    log.write("rasa", "  source = line")
    log.write("rasa", "  indented")
    log.write("rasa", "/x/rasa/store.py:9: UserWarning: Using `InMemoryTrackerStore` instead")
    log.close()
    lines = (tmp_path / "aisle.log").read_text().splitlines()
    assert lines == [
        "actions |   indented",
        "rasa    |   indented",
        "rasa    | /x/rasa/store.py:9: UserWarning: Using `InMemoryTrackerStore` instead",
    ]
