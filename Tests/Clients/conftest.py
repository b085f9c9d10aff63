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
    parser.addoption(
        "--idle-connections", type=int, default=10_000, help="connections that say nothing"
    )
    parser.addoption(
        "--double-spends", type=int, default=10_000, help="transactions that spend one balance"
    )
    parser.addoption(
        "--overload-seconds", type=int, default=8, help="how long a node is asked too much"
    )


    parser.addoption(
        "--oracle-scenarios",
        type=int,
        default=60,
        help="how many random golden scenarios an economy",
    )


@pytest.fixture
def oracle_scenarios(request):
    return request.config.getoption("--oracle-scenarios")


@pytest.fixture
def kill_cycles(request):
    return request.config.getoption("--kill-cycles")


@pytest.fixture
def idle_connections(request):
    return request.config.getoption("--idle-connections")


@pytest.fixture
def double_spends(request):
    return request.config.getoption("--double-spends")


@pytest.fixture
def overload_seconds(request):
    return request.config.getoption("--overload-seconds")
