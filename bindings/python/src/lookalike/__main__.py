"""`python -m lookalike`: the program, with all its commands."""

from __future__ import annotations

import os
import subprocess
import sys

from .errors import ProgramError
from .program import find_program


def main() -> int:
    """Becomes the program; returns only where that cannot be, or there is none."""
    try:
        program = str(find_program())
    except ProgramError as error:
        print(f"lookalike: {error}", file=sys.stderr)
        return 1
    command = [program, *sys.argv[1:]]
    if os.name == "nt":
        return subprocess.run(command, check=False).returncode
    os.execv(program, command)


if __name__ == "__main__":
    sys.exit(main())
