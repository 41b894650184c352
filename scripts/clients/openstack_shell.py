"""Many commands in one `openstack`: it starts slowly, and reads commands from its standard input."""
import json
import os
import pathlib
import subprocess
import sys

from checks import LIMIT


def commands(*lines, **variables):
    """Has one client, with such variables, carry out commands; returns their answers in JSON, and its complaints."""
    program = pathlib.Path(sys.executable).with_name("openstack")
    done = subprocess.run([program], input="\n".join(lines) + "\n", env=os.environ | variables, capture_output=True, text=True,
                          timeout=LIMIT)
    answers, left, decoder = [], done.stdout.strip(), json.JSONDecoder()
    while left:
        answer, end = decoder.raw_decode(left)
        answers.append(answer)
        left = left[end:].strip()
    return answers, done.stderr


def expect(count, *lines, **variables):
    """Does the same with commands of which none fails, and so many answer in JSON."""
    answers, complaints = commands(*lines, **variables)
    if len(answers) != count or complaints:
        raise AssertionError(f"{len(answers)} answers instead of {count}: {complaints}")
    return answers
