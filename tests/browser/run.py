"""Runs the checks of the console in a real browser. See scripts/check-console."""

import argparse
import atexit
import importlib
import multiprocessing
import pathlib
import signal
import sys
import time
import traceback

from playwright.sync_api import sync_playwright

from harness import CHECKS, Server, Stage, browser_path, clean_environment

# In the order of the checks.
MODULES = ("access_checks", "explorer_checks", "transfer_checks", "images_checks", "double_checks", "cloud_checks", "safety_checks")
# Checks that run at once: much of each is waiting.
WORKERS = 2

# What a worker has for all its checks.
shared = {}


def begin(program, path):
    """Starts the browser of a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a check has started is ended with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    playwright = sync_playwright().start()
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    shared.update(program=program, browser=browser)
    atexit.register(playwright.stop)
    atexit.register(browser.close)


def run(number):
    """Runs one check on a server of its own; returns whether it passed, and the line to print."""
    one = CHECKS[number]
    begun = time.monotonic()
    stage = None
    try:
        stage = Stage(shared["browser"], Server(shared["program"], one.options, one.seed, one.listen))
        one.function(stage)
        assert not stage.problems, "; ".join(stage.problems)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        places = " ".join(f"{pathlib.Path(each.filename).name}:{each.lineno}" for each in frames if "tests/browser" in each.filename)
        more = "; ".join(stage.problems)[:500] if stage else ""
        return False, f"FAIL {one.statement} -- {places}: {type(error).__name__}: {str(error)[:1500]} {more}"
    finally:
        if stage:
            stage.close()
    return True, f"PASS {one.statement} ({time.monotonic() - begun:.1f} s)"


def main():
    """Runs what was asked for; the exit code says whether everything passed."""
    parser = argparse.ArgumentParser(prog="scripts/check-console", description=__doc__)
    parser.add_argument("program", type=pathlib.Path, help="the lookalike program to test")
    parser.add_argument("filter", nargs="*", help="only checks whose statement has one of these texts")
    parser.add_argument("--screenshots", action="store_true", help="also take the pictures of docs/console.md anew")
    arguments = parser.parse_intermixed_args()
    program = str(arguments.program.resolve(strict=True))
    clean_environment()
    for name in MODULES:
        importlib.import_module(name)
    wanted = arguments.filter or [""]
    chosen = [number for number, each in enumerate(CHECKS) if any(text in each.statement for text in wanted)]
    passed = 0
    with multiprocessing.Pool(WORKERS, begin, (program, browser_path())) as pool:
        # A signal ends this like an error, and the workers with it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        for good, line in pool.imap(run, chosen, chunksize=1):
            print(line, flush=True)
            passed += good
        pool.close()
        pool.join()
    if arguments.screenshots:
        importlib.import_module("screenshots").take(program, browser_path())
    print(f"console: {passed} passed, {len(chosen) - passed} failed")
    return 0 if passed and passed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
