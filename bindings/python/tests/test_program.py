"""The program of the wheel, and servers that a process starts."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import pytest

from lookalike import Cloud, ProgramError, Server, UnreachableError, __version__, find_program


def test_the_program_is_on_the_path_and_behind_the_module():
    by_path = subprocess.run(["lookalike", "--version"], capture_output=True, text=True, check=True)
    by_module = subprocess.run([sys.executable, "-m", "lookalike", "--version"], capture_output=True, text=True, check=True)
    assert by_path.stdout == by_module.stdout == f"lookalike {__version__}\n"


def test_the_program_of_this_environment_comes_before_the_path(monkeypatch, tmp_path):
    (tmp_path / "lookalike").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert find_program().parent == pathlib.Path(sys.executable).parent
    monkeypatch.setenv("LOOKALIKE_PROGRAM", str(tmp_path / "lookalike"))
    assert find_program() == tmp_path / "lookalike"


def test_a_server_runs_for_a_block():
    with Server({"image_tag_quota": 3, "seed": ["demo"]}) as cloud:
        assert (cloud.config.show()["image_tag_quota"], cloud.status().images) == (3, 10)
        url = cloud.url
    with pytest.raises(UnreachableError):
        Cloud(url).health()


def test_a_server_has_a_token_and_tls():
    with Server({"control_token": "letmein", "tls_self_signed": True}) as cloud:
        assert cloud.url.startswith("https://")
        with cloud.sandbox() as sandbox:
            assert sandbox.token()
            assert list(sandbox.connect().image.images()) == []


def test_a_server_that_cannot_start_says_why():
    with pytest.raises(ProgramError, match="nonsense"):
        Server({"nonsense": True})


def test_variables_of_the_environment_lead_to_a_server(tmp_path):
    (tmp_path / "port").write_text("1234\n")
    assert Cloud.from_environment({}).url == "http://127.0.0.1:9292"
    assert Cloud.from_environment({"LOOKALIKE_PORT_FILE": str(tmp_path / "port")}).url == "http://127.0.0.1:1234"
    found = Cloud.from_environment({"LOOKALIKE_URL": "https://images.example/", "LOOKALIKE_CONTROL_TOKEN": "letmein"})
    assert (found.url, found.transport.token) == ("https://images.example", "letmein")


@pytest.mark.skipif(not shutil.which("sh"), reason="there is no shell")
def test_a_server_ends_with_a_process_that_is_killed(tmp_path):
    script = "import lookalike, time\nserver = lookalike.Server()\nprint(server.url, flush=True)\ntime.sleep(60)\n"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment)
    cloud = Cloud(process.stdout.readline().strip())
    assert cloud.health().status == "ok"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    until = time.monotonic() + 20
    with pytest.raises(UnreachableError):
        while time.monotonic() < until:
            cloud.health()
            time.sleep(0.02)
    while list(tmp_path.iterdir()) and time.monotonic() < until:
        time.sleep(0.02)
    assert list(tmp_path.iterdir()) == []
