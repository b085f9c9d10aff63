"""Reports the standing of a run in words that a log search finds."""

import os


def pytest_report_header(config):
    return f"freehold binary: {os.environ.get('FREEHOLD_BINARY', 'from .build')}"
