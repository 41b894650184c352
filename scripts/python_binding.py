"""What the scripts for bindings/python share: fresh environments, the wheel, the examples of documents."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINDING = ROOT / "bindings/python"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "lookalike-test"
FENCE = re.compile(r"^```(\w*)$")
TEST = re.compile(r"^(async )?def test_|^class Test", re.MULTILINE)


class Environment:
    """A new virtual environment in a folder that is not there yet."""

    def __init__(self, home):
        self.home, self.python = home, home / "bin/python"
        # uv takes a fraction of the time of pip, but does not read pip's settings (an index or a proxy of one's own).
        self.uv = CACHE / "venv/bin/uv"
        if not self.uv.exists() or not self.run(self.uv, "venv", "-q", "--python", sys.executable, home):
            subprocess.run([sys.executable, "-m", "venv", home], check=True)

    @staticmethod
    def run(*command):
        return subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL, check=False).returncode == 0

    def install(self, *arguments):
        """Installs packages; the arguments are those of `pip install`."""
        if self.uv.exists() and self.run(self.uv, "pip", "install", "-q", "--python", self.python, *arguments):
            return
        if not self.run(self.python, "-m", "pip", "--version"):
            self.run(self.python, "-m", "ensurepip")
        command = [self.python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments]
        subprocess.run([str(part) for part in command], check=True)

    def variables(self):
        """Returns the variables of a process in the environment: none leads elsewhere, and there is no Rust."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "LOOKALIKE_", "PYTEST_"))}
        path = ":".join(folder for folder in os.environ["PATH"].split(":") if not (pathlib.Path(folder) / "cargo").exists())
        own = {"PATH": f"{self.home / 'bin'}:{path}", "VIRTUAL_ENV": str(self.home)}
        return kept | own | {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}


def stripped(program, folder):
    """Returns a copy of a program without its symbols, which are most of one that is built for debugging."""
    copy = folder / "lookalike"
    if not shutil.which("strip") or subprocess.run(["strip", "-o", copy, program], check=False).returncode:
        shutil.copy(program, copy)
    return copy


def pins(*names):
    """Returns the requirements of packages, with the versions that the tests have."""
    lines = (BINDING / "tests/requirements.txt").read_text().splitlines()
    return [line for line in lines if line.partition("==")[0] in names]


def pack(python, folder, program=None, platform=None):
    """Builds the wheel with a program, or else the source distribution; the environment of this Python has hatchling. Returns its path."""
    target, suffix = ("wheel", "*.whl") if program else ("sdist", "*.tar.gz")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
    if program:
        variables |= {"LOOKALIKE_PROGRAM": str(pathlib.Path(program).resolve()), "LOOKALIKE_WHEEL_PLATFORM": platform or ""}
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        command = [python, "-m", "hatchling", "build", "-t", target, "-d", made]
        subprocess.run(command, cwd=BINDING, env=variables, check=True, capture_output=True)
        (file,) = pathlib.Path(made).glob(suffix)
        folder.mkdir(exist_ok=True)
        return pathlib.Path(shutil.copy(file, folder))


def examples(document):
    """Yields the Python blocks of a document: the number of the first line, the text, and whether it has tests.

    A comment `<!-- not run: REASON -->` before a block leaves it out.
    """
    lines, start, kind, excused = [], None, "", False
    for number, line in enumerate(document.read_text().splitlines(), 1):
        fence = FENCE.match(line)
        if start is None:
            if fence:
                lines, start, kind = [], number + 1, fence[1]
            elif line.strip():
                excused = line.startswith("<!-- not run:") or (excused and not line.endswith("-->") and line.startswith(" "))
        elif line == "```":
            text = "\n".join(lines) + "\n"
            if kind == "python" and not excused:
                yield start, text, bool(TEST.search(text))
            start, excused = None, False
        else:
            lines.append(line)
