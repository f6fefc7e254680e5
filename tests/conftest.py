"""What all tests share: which skips are allowed, and the words that nothing may say."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

REQUIRE_ALL = "AUDIT_REQUIRE_ALL"

pytest_plugins = ["tests.servers"]


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure: a check that never runs looks like one that passes."""
    if os.environ.get(REQUIRE_ALL) == "1" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{REQUIRE_ALL}=1, but this was skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.fixture(scope="session")
def forbidden_words() -> tuple[str, ...]:
    """Words that stand in no output, file name, demo or manual; each judges a person or a cause."""
    return ("造假", "虚假", "作弊", "黑榜", "走过场", "容忍率", "拒收", "问责")
