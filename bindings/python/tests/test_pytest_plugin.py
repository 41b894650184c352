"""The plugin for pytest: each test here writes tests and runs them."""

import pytest

# What a test asks, with nothing but the standard library: others would be imported anew in each run.
ASK = """
    import json
    import urllib.request

    def ask(lookalike, method, document=None):
        headers = {"X-Auth-Token": lookalike.token(), "Content-Type": "application/json"}
        body = document and json.dumps(document).encode()
        urllib.request.urlopen(urllib.request.Request(lookalike.image_url + "/v2/images", body, headers, method=method), timeout=10)
"""
FAILING = ASK + """
    def test_fails(lookalike):
        lookalike.fault({"match": {"path": "/v2/images"}, "fault": {"status": 500, "message": "later"}})
        lookalike.clock.set("2030-01-01T00:00:00Z", frozen=True)
        ask(lookalike, "GET")
"""


def test_the_report_of_a_failed_test_has_its_requests(pytester):
    pytester.makepyfile(FAILING)
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines_random([
        r"-+ lookalike: what this test's requests were and met -+",
        r"  #\d+ POST /identity/v3/auth/tokens -> 201 \(.* ms\)",
        r"  #\d+ GET /v2/images -> 500 \(.* ms\), fault [0-9a-f-]+",
        r"fault [0-9a-f-]+: applied to 1 of 1 matching requests: \{.*\"message\": \"later\".*",
        r"clock: 2030-01-01T00:00:00\+00:00, frozen",
    ])


def test_the_report_names_the_policy_and_what_was_sent(pytester):
    pytester.makepyfile(ASK + """
    def test_fails(lookalike):
        lookalike.policy.set({"publicize_image": "!"})
        ask(lookalike, "POST", {"name": "announced", "visibility": "public"})
    """)
    pytester.runpytest().stdout.re_match_lines_random([
        r"  #\d+ POST /v2/images -> 403 .*",
        r"      refused by the policy: publicize_image",
        r"      sent: \{.*\"visibility\": \"public\".*",
    ])


def test_a_test_that_passes_has_no_report(pytester):
    pytester.makepyfile("def test_passes(lookalike): lookalike.token()")
    result = pytester.runpytest("-rA")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*what this test's requests*")


def test_each_test_has_a_cloud_of_its_own_that_is_deleted(pytester):
    pytester.makepyfile("""
        seen = []

        def test_first(lookalike):
            seen.append(lookalike.url)
            lookalike.seed("demo")

        def test_second(lookalike, lookalike_server):
            assert lookalike.url not in seen
            assert lookalike.status().images == 0
            assert [one.url for one in lookalike_server.sandboxes()] == [lookalike.url]

        def test_third(lookalike):
            lookalike.delete()
    """)
    pytester.runpytest().assert_outcomes(passed=3)


def test_tests_run_in_several_processes(pytester):
    pytester.makepyfile("import pytest\n\n@pytest.mark.parametrize('number', range(4))\ndef test_it(lookalike, number):\n"
                        "    assert lookalike.status().images == 0\n    lookalike.seed('demo')\n    assert number != 3\n")
    result = pytester.runpytest_subprocess("-n", "2", "-p", "xdist")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*lookalike: what this test's requests were and met*"])


def test_asyncio_tests_have_it_too(pytester):
    pytester.makepyfile("""
        import asyncio, pytest

        @pytest.mark.asyncio
        async def test_async(lookalike):
            assert await asyncio.to_thread(lookalike.token, "demo")
            assert lookalike.verify({"method": "POST"}, exactly=1) == 1
            assert False
    """)
    result = pytester.runpytest("-p", "asyncio")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*#1 POST /identity/v3/auth/tokens -> 201*"])


def test_the_closest_marker_counts(pytester):
    pytester.makepyfile("""
        import pytest

        pytestmark = pytest.mark.lookalike(seed="demo", dialect="pcd")

        @pytest.mark.lookalike(dialect="glance", options={"image_tag_quota": 7})
        def test_it(lookalike):
            status = lookalike.status()
            assert (status.images, status.dialect, lookalike.config.show()["image_tag_quota"]) == (10, "glance", 7)
    """)
    pytester.runpytest("--strict-markers").assert_outcomes(passed=1)


@pytest.mark.parametrize(("marker", "complaint"), [
    ("sede='demo'", "*takes seed, dialect, options, by their names*"),
    ("'demo'", "*takes seed, dialect, options, by their names*"),
    ("options={'nonsense': 1}", "*nonsense: it is no setting*"),
    ("dialect='aws'", "*dialect*aws*"),
])
def test_a_wrong_marker_is_an_error(pytester, marker, complaint):
    pytester.makepyfile(f"import pytest\n\n@pytest.mark.lookalike({marker})\ndef test_it(lookalike): pass\n")
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([complaint])


def test_the_server_starts_with_the_settings_of_the_project(pytester):
    pytester.makeini("[pytest]\nlookalike_options =\n    dialect = pcd\n    image_tag_quota = 5\n")
    pytester.makepyfile("""
        def test_it(lookalike, lookalike_server):
            assert lookalike_server.status().dialect == lookalike.status().dialect == "pcd"
            lookalike.reset()
            assert lookalike.config.show()["image_tag_quota"] == 5
    """)
    pytester.runpytest().assert_outcomes(passed=1)


def test_a_server_that_runs_is_used(pytester, monkeypatch, lookalike_server):
    monkeypatch.setenv("LOOKALIKE_URL", lookalike_server.url)
    monkeypatch.setenv("LOOKALIKE_PROGRAM", "/nowhere/lookalike")
    pytester.makepyfile(f"def test_it(lookalike): assert lookalike.url.startswith({lookalike_server.url!r} + '/sandbox/')")
    pytester.runpytest().assert_outcomes(passed=1)
    assert lookalike_server.status().url == lookalike_server.url, "it was not stopped"


def test_without_a_program_the_error_says_what_to_do(pytester, monkeypatch):
    monkeypatch.setenv("LOOKALIKE_PROGRAM", "/nowhere/lookalike")
    pytester.makepyfile("def test_it(lookalike): pass")
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ProgramError: LOOKALIKE_PROGRAM: there is no program /nowhere/lookalike*"])
