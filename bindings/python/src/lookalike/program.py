"""The program `lookalike`: where it is, and a server that this process starts."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Mapping
from types import TracebackType

from .cloud import Cloud, read_port
from .errors import ProgramError, UnreachableError
from .settings import Setting

# Ends the server and deletes its folder when this process is gone, also when it was killed: the pipe at standard input then ends
# without a line. The shell becomes the server, so that its process id is the server's.
GUARD = 'home=$1; shift; exec 3<&0; { read -r line <&3 || { kill $$; rm -rf "$home"; } 2>/dev/null; } & exec "$@" 3<&- </dev/null'
NAME = "lookalike.exe" if os.name == "nt" else "lookalike"
STOP_SECONDS = 15.0


def find_program() -> pathlib.Path:
    """Returns the program: LOOKALIKE_PROGRAM, else the one of this package's wheel, else the first in the PATH.

    Raises `ProgramError` if there is none.
    """
    if named := os.environ.get("LOOKALIKE_PROGRAM"):
        found = shutil.which(named)
        if not found:
            raise ProgramError(f"LOOKALIKE_PROGRAM: there is no program {named}")
        return pathlib.Path(found)
    package = pathlib.Path(__file__).resolve().parent
    # Of the environment, of `pip install --user`, and of `pip install --target`.
    folders = [sysconfig.get_path("scripts"), sysconfig.get_path("scripts", f"{os.name}_user"), str(package.parent / "bin")]
    for folder in folders:
        candidate = pathlib.Path(folder) / NAME
        if os.access(candidate, os.X_OK):
            return candidate
    if found := shutil.which(NAME):
        return pathlib.Path(found)
    raise ProgramError(
        "there is no program lookalike: this installation has none for this machine, and the PATH has none either. "
        "Build it (docs/building.md) and set LOOKALIKE_PROGRAM, or start a server and set LOOKALIKE_URL"
    )


def written(options: Mapping[str, Setting]) -> str:
    """Returns settings as a TOML file: JSON's texts, numbers and lists are TOML's, too."""
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in options.items() if value is not None]
    return "".join(lines)


class Server:
    """A server in memory, on a free port of this machine.

    It stops with `stop()`, at the end of a `with` block, or with this process.

    `options` are settings by their names in docs/settings.md, such as `{"dialect": "pcd"}`. Variables LOOKALIKE_* of the
    environment do not count.
    """

    def __init__(
        self, options: Mapping[str, Setting] | None = None, *, program: str | os.PathLike[str] | None = None, seconds: float = 30.0
    ) -> None:
        self.program = pathlib.Path(program) if program else find_program()
        self._home = pathlib.Path(tempfile.mkdtemp(prefix="lookalike-"))
        given = dict(options or {})
        if given.get("tls_self_signed"):
            given.setdefault("tls_dir", str(self._home / "tls"))
        (self._home / "settings.toml").write_text(written(given), encoding="utf-8")
        self._process = self._start()
        try:
            self.cloud = self._reached(self._port(seconds), given)
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        """The base URL of the server."""
        return self.cloud.url

    def log(self) -> str:
        """Returns what the server wrote to its log."""
        return (self._home / "log").read_text(encoding="utf-8", errors="replace")

    def _start(self) -> subprocess.Popen[bytes]:
        settings, port = str(self._home / "settings.toml"), str(self._home / "port")
        command = [str(self.program), "serve", "--config", settings, "--ephemeral", "--listen", "127.0.0.1:0", "--port-file", port]
        guarded = command if os.name == "nt" else ["/bin/sh", "-c", GUARD, "lookalike", str(self._home), *command]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
        with open(self._home / "log", "wb") as log:
            # A session of its own: Ctrl-C is for the tests, which still clean up after themselves.
            return subprocess.Popen(
                guarded, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, env=environment, start_new_session=True
            )

    def _port(self, seconds: float) -> int:
        until = time.monotonic() + seconds
        file = self._home / "port"
        while time.monotonic() < until:
            if file.exists() and file.stat().st_size:
                return read_port(file)
            if self._process.poll() is not None:
                raise ProgramError(f"{self.program} did not start:\n{self.log()}")
            time.sleep(0.005)
        raise UnreachableError(f"{self.program} was not ready after {seconds:g} s:\n{self.log()}")

    def _reached(self, port: int, options: Mapping[str, Setting]) -> Cloud:
        token = options.get("control_token")
        tls = bool(options.get("tls_cert") or options.get("tls_self_signed"))
        cacert = os.path.join(str(options["tls_dir"]), "ca.pem") if options.get("tls_self_signed") else None
        return Cloud(f"http{'s' if tls else ''}://127.0.0.1:{port}", token=str(token) if token else None, cacert=cacert)

    def stop(self) -> None:
        """Stops the server and deletes its log."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdin and not self._process.stdin.closed:
            # The guard reads a line: its server is gone, and another process may have the number by now.
            try:
                self._process.stdin.write(b"\n")
                self._process.stdin.close()
            except OSError:
                pass
        shutil.rmtree(self._home, ignore_errors=True)

    def __enter__(self) -> Cloud:
        return self.cloud

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
