"""The mixin for unittest."""

import asyncio
import io
import types
import unittest

import pytest

from lookalike.testcase import LookalikeMixin


class TestImages(LookalikeMixin, unittest.TestCase):
    """A test case as a project would write it."""

    lookalike_seed = "demo"
    lookalike_options = types.MappingProxyType({"image_tag_quota": 2})

    def test_it_begins_as_the_class_says(self):
        self.assertEqual(self.lookalike.status().images, 10)
        self.assertEqual(self.lookalike.config.show()["image_tag_quota"], 2)


class TestAsync(LookalikeMixin, unittest.IsolatedAsyncioTestCase):
    """A test case with coroutines."""

    async def test_it_awaits(self):
        self.assertTrue(await asyncio.to_thread(self.lookalike.token))


class Fails(LookalikeMixin, unittest.TestCase):
    """Not collected by pytest for its name: the test below runs it."""

    def runTest(self):
        self.lookalike.token()
        self.fail("as it should")


class FailsLater(LookalikeMixin, unittest.IsolatedAsyncioTestCase):
    """The same as a coroutine."""

    async def runTest(self):
        self.lookalike.token()
        self.fail("as it should")


# pytest collects every TestCase: these are only for the test below.
Fails.__test__ = FailsLater.__test__ = False


@pytest.mark.parametrize("case", [Fails, FailsLater])
def test_a_failure_tells_its_requests(case, capsys):
    stream = io.StringIO()
    result = unittest.TextTestRunner(stream=stream).run(case())
    assert len(result.failures) == 1
    assert "#1 POST /identity/v3/auth/tokens -> 201" in stream.getvalue() + capsys.readouterr().err
