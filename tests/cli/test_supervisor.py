import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aisle.cli.errors import CommandError
from aisle.cli.supervisor import Service, Supervisor

FreePort = Callable[[], int]

SERVER = """
import http.server, os, signal, sys, threading, time
port, pid_file, *behaviour = sys.argv[1:]
open(pid_file, "w").write(str(os.getpid()))
if "stubborn" in behaviour:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "ends" in behaviour:
    threading.Thread(
        target=lambda: (time.sleep(0.7), print("the disk is full"), os._exit(3))
    ).start()
if "broken" in behaviour:
    print("Could not load model due to a missing part")
print("telemetry", os.environ.get("RASA_TELEMETRY_ENABLED"), os.environ.get("COLOUR"))
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(port)), Answer).serve_forever()
"""


class Log:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def write(self, name: str, line: str) -> None:
        self.lines.append((name, line))


@pytest.fixture
def server(tmp_path: Path, free_port: FreePort) -> Callable[..., Service]:
    """Describe a small HTTP server; it leaves its process id in ``NAME.pid``."""
    script = tmp_path / "server.py"
    script.write_text(SERVER)

    def describe(name: str, *behaviour: str) -> Service:
        port = free_port()
        pid_file = tmp_path / f"{name}.pid"
        return Service(
            name=name,
            command=(sys.executable, str(script), str(port), str(pid_file), *behaviour),
            health_url=f"http://127.0.0.1:{port}/",
            environment={"COLOUR": "green"},
            fatal_output=("Could not load model due to",),
        )

    return describe


def is_running(pid_file: Path) -> bool:
    try:
        os.kill(int(pid_file.read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def run_until_ready(services: list[Service], log: Log, grace: float = 5.0) -> float:
    """Run the group, ask it to stop once all are ready, and return when they were."""
    ready: list[float] = []

    def stop(seconds: float) -> None:
        ready.append(seconds)
        os.kill(os.getpid(), signal.SIGTERM)

    Supervisor(services, log.write, start_timeout=10, grace=grace).run(stop)
    return ready[0]


def test_all_services_answer_before_the_group_is_ready_and_all_stop_at_the_end(
    server: Callable[..., Service], tmp_path: Path
) -> None:
    log = Log()
    assert run_until_ready([server("one"), server("two")], log) < 10
    assert {("aisle", "one is ready"), ("aisle", "two is ready")} <= set(log.lines)
    assert not is_running(tmp_path / "one.pid")
    assert not is_running(tmp_path / "two.pid")


def test_services_stop_in_the_reverse_order_of_their_start(
    server: Callable[..., Service],
) -> None:
    log = Log()
    run_until_ready([server("one"), server("two")], log)
    stops = [line for name, line in log.lines if name == "aisle" and line.endswith("stops")]
    assert stops == ["two stops", "one stops"]


def test_output_carries_the_name_and_telemetry_is_off(server: Callable[..., Service]) -> None:
    log = Log()
    run_until_ready([server("one")], log)
    assert ("one", "telemetry false green") in log.lines


def test_a_service_that_ends_stops_the_others_and_is_named_with_its_last_lines(
    server: Callable[..., Service], tmp_path: Path
) -> None:
    supervisor = Supervisor([server("one"), server("two", "ends")], Log().write, grace=5)
    with pytest.raises(CommandError, match=r"two stopped with exit code 3(?s:.)*the disk is full"):
        supervisor.run(lambda _seconds: None)
    assert not is_running(tmp_path / "one.pid")


def test_a_service_that_ends_before_it_is_ready_is_named(
    server: Callable[..., Service], tmp_path: Path, free_port: FreePort
) -> None:
    wrong = Service(
        name="wrong",
        command=(sys.executable, "-c", "raise SystemExit('no such option')"),
        health_url=f"http://127.0.0.1:{free_port()}/",
    )
    supervisor = Supervisor([server("one"), wrong], Log().write, grace=5)
    with pytest.raises(CommandError, match=r"wrong stopped with exit code 1(?s:.)*no such option"):
        supervisor.run(lambda _seconds: None)
    assert not is_running(tmp_path / "one.pid")


def test_a_service_that_never_answers_is_reported_after_the_timeout(
    free_port: FreePort,
) -> None:
    port = free_port()
    silent = Service(
        name="silent",
        command=(sys.executable, "-c", "import time; print('loading'); time.sleep(60)"),
        health_url=f"http://127.0.0.1:{port}/",
    )
    supervisor = Supervisor([silent], Log().write, start_timeout=1, grace=5)
    with pytest.raises(CommandError, match=rf"silent did not answer at .*:{port}(?s:.)*loading"):
        supervisor.run(lambda _seconds: None)


def test_a_service_that_says_it_cannot_work_stops_the_group(
    server: Callable[..., Service], tmp_path: Path
) -> None:
    supervisor = Supervisor([server("rasa", "broken")], Log().write, grace=5)
    with pytest.raises(CommandError, match="rasa cannot do its work: Could not load model"):
        supervisor.run(lambda _seconds: time.sleep(0))
    assert not is_running(tmp_path / "rasa.pid")


def test_a_service_that_ignores_the_request_to_stop_is_killed_after_the_grace_period(
    server: Callable[..., Service], tmp_path: Path
) -> None:
    log = Log()
    run_until_ready([server("one", "stubborn")], log, grace=0.5)
    assert ("aisle", "one does not stop and is killed") in log.lines
    assert not is_running(tmp_path / "one.pid")


def test_a_taken_port_is_told_before_anything_starts(
    server: Callable[..., Service], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        taken = Service("rasa", ("true",), f"http://127.0.0.1:{port}/")
        with pytest.raises(CommandError, match=f"rasa cannot listen on 127.0.0.1:{port}.*in use"):
            Supervisor([server("one"), taken], Log().write).run(lambda _seconds: None)
    assert not (tmp_path / "one.pid").exists()


def test_ctrl_c_ends_every_process_and_the_command_succeeds(
    server: Callable[..., Service], tmp_path: Path
) -> None:
    services = [server("one"), server("two")]
    program = textwrap.dedent(
        f"""
        from aisle.cli.supervisor import Service, Supervisor
        Supervisor({services!r}, lambda *line: None, grace=5).run(
            lambda seconds: print("ready", flush=True)
        )
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=15) == 0
    assert not is_running(tmp_path / "one.pid")
    assert not is_running(tmp_path / "two.pid")


def test_services_stop_even_when_nobody_reads_the_log_any_more(
    server: Callable[..., Service], tmp_path: Path
) -> None:
    written: list[str] = []

    def write(name: str, line: str) -> None:
        written.append(line)
        if "is ready" in line:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        Supervisor([server("one")], write, grace=5).run(lambda _seconds: None)
    assert not is_running(tmp_path / "one.pid")
