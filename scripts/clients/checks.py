"""What every story needs: named checks, real processes, and the second user."""
import contextlib
import os
import pathlib
import pty
import subprocess
import sys
import time
import traceback

# No call of these clients takes minutes unless something hangs.
LIMIT = 300


class Checks:
    """Counts checks as they pass and fail; a failed one does not end the story."""

    def __init__(self):
        self.passed = self.failed = 0
        self.client = ""

    @contextlib.contextmanager
    def check(self, name):
        start = time.monotonic()
        try:
            yield
        except Exception as problem:  # any failure of a client is a finding, not a bug of the story
            self.failed += 1
            reason = " ".join(str(problem).split()) or type(problem).__name__
            at = traceback.extract_tb(problem.__traceback__)[-1]
            print(f"FAIL {self.client}: {name} -- {reason[:600]} ({os.path.basename(at.filename)}:{at.lineno})", flush=True)
        else:
            self.passed += 1
            print(f"PASS {self.client}: {name} ({time.monotonic() - start:.1f} s)", flush=True)

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 0 if self.passed and not self.failed else 1


def same(actual, expected, what="value"):
    """An assertion whose failure says both values."""
    if actual != expected:
        raise AssertionError(f"{what} is {actual!r}, expected {expected!r}")


def contains(text, part):
    """An assertion that a message, of whatever case and wrapping, says something."""
    if part.lower() not in " ".join(text.split()).lower():
        raise AssertionError(f"{part!r} is not in {text!r}")


def run(*command, user=None, fails=False):
    """Starts a client beside this Python as a process of its own; returns its output, or with `fails` its complaint."""
    program = pathlib.Path(sys.executable).with_name(command[0])
    # A terminal, as a person has it: from anything else `glance image-create` reads an image.
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run([program, *map(str, command[1:])], env={**os.environ, **(user or {})},
                              stdin=theirs, capture_output=True, text=True, timeout=LIMIT)
    finally:
        os.close(ours)
        os.close(theirs)
    said = f"{done.stderr.strip()} {done.stdout.strip()}".strip()
    if fails:
        if done.returncode == 0:
            raise AssertionError(f"`{' '.join(map(str, command[:4]))} …` was to fail but said {said!r}")
        return said
    if done.returncode != 0:
        raise AssertionError(f"`{' '.join(map(str, command[:4]))} …` exited {done.returncode}: {said}")
    return done.stdout


def alt():
    """The OS_* variables of the second user, in a project of their own."""
    name = os.environ.get("STORY_ALT", "alt")
    return {"OS_USERNAME": name, "OS_PROJECT_NAME": name, "OS_PASSWORD": os.environ.get("STORY_ALT_PASSWORD", "secret")}
