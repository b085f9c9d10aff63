"""The report of a forecast, opened as a person opens it: in Debian's Chromium, without a network.

The figures on the page, in the CSV files and in the JSON document are one and the same.
"""

import csv
import decimal
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

import harness

FIGURES = ["supply", "release", "stake", "rates", "budget", "runway", "rewards", "burns", "limits",
           "payments", "concentration", "kinds"]


def simulate(*words):
    """Runs the command; what it printed."""
    run = subprocess.run(
        [harness.binary(), "simulate", *words], capture_output=True, text=True, cwd=harness.ROOT)
    return run.returncode, run.stdout, run.stderr


@pytest.fixture(scope="module", params=["dta", "btt"])
def report(request):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="freehold-report-"))
    code, out, err = simulate(
        f"economies/{request.param}.json", "--days", "420", "--agents", "80", "--seed", "3",
        "--report", str(folder / "report"), "--json")
    assert code == 0, out + err
    yield folder / "report", json.loads(out)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            raise FileNotFoundError("chromium is missing: run script/test-tools")
        pytest.skip("chromium is missing: run script/test-tools")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


def opened(browser, folder, **context):
    """A page on the report, with everything it complains of and asks for."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}, **context).new_page()
    complaints, asked = [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / "index.html").as_uri())
    return page, complaints, asked


def test_every_chart_stands_with_its_table(browser, report):
    folder, _ = report
    page, complaints, asked = opened(browser, folder)
    assert page.locator("figure").count() == len(FIGURES)
    for name in FIGURES:
        figure = page.locator(f"figure#{name}")
        box = figure.locator("svg").bounding_box()
        assert box["width"] > 300 and box["height"] > 100
        assert figure.locator("svg path").count() == figure.locator(".legend li").count() > 0
        figure.locator("summary").click()
        table = figure.locator("table")
        assert table.is_visible()
        assert table.locator("tbody tr").count() >= 2
        columns = table.locator("thead th").count()
        assert columns == figure.locator(".legend li").count() + 2
    assert page.locator(".findings li").count() >= 6
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(browser, report, scheme):
    folder, _ = report
    page, _, _ = opened(browser, folder, color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    assert grave == [], [(one["id"], one["nodes"][0]["html"][:200]) for one in grave]
    page.context.close()


def test_it_prints(browser, report):
    folder, _ = report
    page, _, _ = opened(browser, folder)
    page.emulate_media(media="print")
    assert page.locator("figure#supply table").is_visible()
    assert len(page.pdf()) > 20_000
    page.context.close()


def test_data_and_page_agree(browser, report):
    folder, summary = report
    document = json.loads((folder / "report.json").read_text())
    assert document["stateRoot"] == summary["stateRoot"]
    samples = document["samples"]
    supply = sum(int(units) for units in samples[0]["categories"])
    scale = decimal.Decimal(10) ** document["decimals"]
    decimal.getcontext().prec = 60
    for sample in samples:
        assert sum(int(units) for units in sample["categories"]) == supply
        assert int(sample["supply"]) + int(sample["burned"]) == supply
    for name in FIGURES:
        with open(folder / f"{name}.csv", newline="") as file:
            rows = list(csv.reader(file))
        assert len(rows) == len(samples) + 1
        assert {len(row) for row in rows} == {len(rows[0])}
    with open(folder / "supply.csv", newline="") as file:
        for row in list(csv.reader(file))[1:]:
            assert sum(map(decimal.Decimal, row[2:])) * scale == supply
    with open(folder / "pools.csv", newline="") as file:
        last = [row for row in csv.DictReader(file) if row["day"] == str(document["days"])]
    spent = [decimal.Decimal(row["spent"]) * scale for row in last]
    assert spent == [int(units) for units in samples[-1]["poolSpent"]]
    page, _, _ = opened(browser, folder)
    text = page.locator("body").inner_text()
    assert document["stateRoot"] in text and document["economyHash"] in text
    for finding in document["findings"]:
        assert finding["text"] in text
    page.context.close()


def test_the_same_seed_gives_the_same_root(report):
    _, summary = report
    words = [f"economies/{summary['economy']}.json", "--days", "420", "--agents", "80", "--seed"]
    again = json.loads(simulate(*words, "3", "--creation-order", "99", "--json")[1])
    assert again["stateRoot"] == summary["stateRoot"]
    other = json.loads(simulate(*words, "4", "--json")[1])
    assert other["stateRoot"] != summary["stateRoot"]


def test_a_living_network_is_copied_and_left_alone():
    with harness.Node() as node:
        client = node.connect()
        accounts = client.rpc("eth_accounts")
        for count, receiver in enumerate(accounts[1:4], 1):
            client.rpc("eth_sendTransaction", {
                "from": accounts[0], "to": receiver, "value": hex(7 * 10**18)})
            for _ in range(400):
                if int(client.rpc("eth_getTransactionCount", accounts[0], "latest"), 16) == count:
                    break
                time.sleep(0.05)
        before = client.rpc("eth_getBlockByNumber", "latest", False)
        assert int(before["number"], 16) >= 3
        # The node goes on meanwhile.
        code, out, err = simulate("--from", node.data, "--days", "30", "--agents", "40", "--json")
        assert code == 0, out + err
        summary = json.loads(out)
        assert summary["from"]["height"] == int(before["number"], 16)
        assert summary["from"]["stateRoot"] == before["stateRoot"]
        assert summary["from"]["blockHash"] == before["hash"]
        assert summary["succeeded"] > 0 and summary["faults"] == []
        assert client.rpc("eth_getBlockByNumber", "latest", False) == before
        client.close()
        assert node.stop() == 0
        assert node.verify()["blocks"] == int(before["number"], 16)


@pytest.mark.parametrize("words, part", [
    ([], "economy file"),
    (["absent.json"], "absent.json"),
    (["economies/dta.json", "--from", "somewhere"], "leave the file"),
    (["--from", "somewhere"], "holds no network"),
    (["economies/dta.json", "--volume-a-day", "much"], "no amount"),
    (["economies/dta.json", "--assumptions", "economies/dev.json"], "nobody assumes"),
    (["economies/dta.json", "--years", "0"], "outside 1 to 50"),
])
def test_what_is_wrong_is_said(words, part):
    code, out, err = simulate(*words)
    assert code != 0
    assert part in out + err
