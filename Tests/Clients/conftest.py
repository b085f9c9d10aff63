"""Reports the standing of a run in words that a log search finds, and takes its measures."""

import os

import pytest


def pytest_report_header(config):
    return f"freehold binary: {os.environ.get('FREEHOLD_BINARY', 'from .build')}"


def pytest_addoption(parser):
    parser.addoption(
        "--kill-cycles",
        type=int,
        default=5,
        help="how often the node under load is killed and started again",
    )


@pytest.fixture
def kill_cycles(request):
    return request.config.getoption("--kill-cycles")
