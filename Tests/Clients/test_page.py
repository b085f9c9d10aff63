"""Goal: the first page shows what GET /network and REST say, to everybody. Method: Debian's
Chromium driven by Playwright on both economies; axe looks for what stands in the way of people.
"""

import json
import os
import shutil
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from eth_account import Account
from harness import Node
from playwright.sync_api import expect, sync_playwright

WAIT = 30_000


def chromium():
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            raise FileNotFoundError("chromium is missing: run script/test-tools")
        pytest.skip("chromium is missing: run script/test-tools")
    return path


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield running
        running.close()


ECONOMIES = [("dta", "dev"), ("btt", "dev-btt")]


@pytest.fixture(scope="module", params=ECONOMIES, ids=["dta", "btt"])
def node(request):
    economy, overlay = request.param
    with Node(f"economies/{economy}.json", (f"economies/{overlay}.json",)) as running:
        yield running


@pytest.fixture(scope="module")
def network(node):
    return node.network()


@pytest.fixture
def page(browser, node):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    opened = context.new_page()
    opened.set_default_timeout(WAIT)
    faults = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on(
        "console",
        # The browser itself tells of every 404 and 400 that a view then explains.
        lambda message: faults.append(message.text)
        if message.type == "error" and "Failed to load resource" not in message.text
        else None,
    )
    strangers = []
    opened.on(
        "request",
        lambda request: None if request.url.startswith(node.url) else strangers.append(request.url),
    )
    yield opened
    assert not faults, faults
    assert not strangers, f"the page asks others: {strangers}"
    context.close()


def read(node, path):
    status, body = node.get(path)
    assert status == 200, f"{path}: {status}: {body[:300]}"
    return json.loads(body)


def written(amount):
    """An amount of an answer as the page writes it."""
    whole, _, fraction = amount["amount"].partition(".")
    text = f"{int(whole):,}" + (f".{fraction}" if fraction else "")
    return f"{text} {amount['symbol']}"


def percent(points):
    text = f"{points // 100:,}.{points % 100:02d}".rstrip("0").rstrip(".")
    return text + "%"


def submit(node, network, path, arguments, place=0):
    """Has a development account do something, and returns the committed transaction."""
    account = Account.from_key(network["development"]["accounts"][place]["privateKey"])
    connection = node.connect()
    body = json.dumps({"from": account.address, "arguments": arguments}).encode()
    status, answer = connection.request("POST", path, body)
    assert status == 200, answer
    signed = account.sign_transaction(json.loads(answer)["transaction"])
    body = json.dumps({"transaction": "0x" + signed.raw_transaction.hex()}).encode()
    status, answer = connection.request("POST", "/v1/transactions", body)
    assert status == 202, answer
    path = json.loads(answer)["links"]["self"]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = read(node, path)
        if found["status"] == "committed":
            return found
        time.sleep(0.02)
    raise AssertionError("not committed in 30 s")


def opened(page, node, fragment=""):
    page.goto(f"{node.url}/{fragment}")
    expect(page.locator("#live")).to_have_attribute("data-state", "on", timeout=WAIT)
    return page


def rows(page, name):
    """The cells of a table, row by row."""
    found = page.get_by_role("table", name=name, exact=True)
    expect(found).to_be_attached(timeout=WAIT)
    return [
        [cell.strip() for cell in row.locator("th, td").all_inner_texts()]
        for row in found.locator("tbody tr").all()
    ]


def clean(page):
    """What axe finds serious or critical, in light and in dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        grave = [one for one in found if one["impact"] in ("serious", "critical")]
        told = [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in grave]
        assert not grave, f"{scheme}: {told}"
    page.emulate_media(color_scheme="light")


def test_it_shows_what_rest_says(page, node, network):
    submit(node, network, "/v1/token/burn", {"amount": "1.5"})
    opened(page, node)
    token = network["token"]
    expect(page.get_by_role("heading", level=1)).to_have_text(token["name"])
    supply = read(node, "/v1/supply")
    figures = page.locator(".figures")
    expect(figures).to_contain_text(written(supply["total"]))
    expect(figures).to_contain_text(written(supply["burned"]) + " burned")
    rewards = read(node, "/v1/staking/rewards")["rewards"]
    expect(figures).to_contain_text(percent(rewards["coverage"]))
    symbol = token["symbol"]
    page.locator("summary", has_text="wallets").click()
    shown = {row[0]: row[1] for row in rows(page, f"Supply by wallet, in {symbol}")}
    for account in supply["accounts"]:
        if account["balance"]["units"] != "0":
            assert shown.pop(account["name"]) + f" {symbol}" == written(account["balance"])
    assert not shown
    kinds = rows(page, f"Supply by kind of wallet, in {symbol}")
    summed = sum(units(row[1], token["decimals"]) for row in kinds)
    assert summed == int(supply["total"]["units"]), "the kinds are the whole supply"
    rates = read(node, "/v1/staking/rates")["rates"]
    table = rows(page, "Yearly rates, paid of promised")
    tiers = list(dict.fromkeys(rate["tier"] for rate in rates))
    assert len(table) == len(tiers)
    for row, tier in zip(table, tiers):
        own = [rate for rate in rates if rate["tier"] == tier]
        assert row[0] == f"{tier or 'every stake'}, from {written(own[0]['minimum'])}"
        told = [cell for cell in row[1:] if cell != "–"]
        assert told == [f"{percent(one['paid'])} of {percent(one['promised'])}" for one in own]
    pools = read(node, "/v1/pools/pools")["pools"]
    assert [row[0] for row in rows(page, f"Pools, in {symbol}")] == pools
    clean(page)


def units(text, decimals):
    whole, _, fraction = text.replace(",", "").partition(".")
    return int(whole + fraction.ljust(decimals, "0"))


def test_it_lives(page, node, network):
    opened(page, node)
    amount = f"3.{int(time.time()) % 1000 + 1000}"[:6]
    sent = submit(node, network, "/v1/token/transfer", {"to": "dev.1", "amount": amount})
    card = page.get_by_role("region", name="Latest transactions")
    expect(card.get_by_text(sent["sentence"]).first).to_be_visible(timeout=WAIT)
    newest = read(node, "/v1/blocks/latest")
    expect(page.locator("#live-text")).to_contain_text(str(newest["number"]), timeout=WAIT)
    listed = rows(page, "Latest blocks")
    assert listed[0][0] == f"Block {newest['number']}"


def test_search_leads_to_accounts_transactions_and_blocks(page, node, network):
    rate = read(node, "/v1/staking/rates")["rates"][0]
    submit(node, network, "/v1/token/transfer", {"to": "dev.4", "amount": "500"}, place=3)
    staked = submit(
        node, network, "/v1/staking/stake", {"amount": rate["minimum"], "lock": rate["lock"]}, 4
    )
    opened(page, node)
    field = page.get_by_role("searchbox")
    heading = page.get_by_role("heading", level=1)

    def search(text):
        field.fill(text)
        field.press("Enter")

    search("dev.4")
    expect(heading).to_have_text("dev.4")
    account = read(node, "/v1/accounts/dev.4")
    expect(page.locator("main")).to_contain_text(account["address"])
    expect(page.locator("main")).to_contain_text(written(account["balance"]))
    position = account["positions"][0]
    listed = rows(page, "Staking positions")
    tier = position["tier"] or "–"
    assert listed[0][:3] == [position["position"], written(position["principal"]), tier]
    clean(page)

    search(staked["hash"])
    expect(heading).to_have_text(staked["sentence"])
    for event in staked["receipt"]["events"]:
        expect(page.get_by_text(event["sentence"], exact=True).first).to_be_visible()
    expect(page.get_by_text("✓ done")).to_be_visible()
    clean(page)

    search(str(staked["block"]["block"]))
    expect(heading).to_have_text(f"Block {staked['block']['block']}")
    expect(page.locator("main")).to_contain_text(staked["block"]["hash"])
    expect(page.get_by_text(staked["sentence"], exact=True)).to_be_visible()
    clean(page)

    search("staking")
    expect(page.locator(".results li").first).to_be_visible()
    clean(page)
    search("nothing of this name")
    expect(page.get_by_text("Nothing was found")).to_be_visible()
    page.go_back()
    expect(heading).to_have_text("Search: staking")


def test_a_wrong_address_is_explained(page, node):
    opened(page, node, "#/account/0x12")
    expect(page.get_by_role("heading", level=1)).to_have_text("An argument cannot be read")
    expect(page.locator("main")).to_contain_text("0x12")
    opened(page, node, "#/block/99999999")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such thing")
    clean(page)


def test_keyboard_alone_is_enough(page, node):
    opened(page, node)
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_text("Skip to the content")
    outline = focused.evaluate("one => getComputedStyle(one).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("id", "view")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("dev.1")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Search")
    page.keyboard.press("Enter")
    # A new view has the focus on its head, so that it is read out.
    expect(page.locator(":focus")).to_have_text("dev.1")


def test_nothing_moves_for_those_who_want_rest(page, node):
    page.emulate_media(reduced_motion="reduce")
    opened(page, node)
    moving = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter((one) => {
          const style = getComputedStyle(one);
          return style.transitionDuration !== '0s' || style.animationName !== 'none';
        }).length"""
    )
    assert moving == 0


def test_a_narrow_screen_needs_no_sideways_scrolling(page, node):
    page.set_viewport_size({"width": 360, "height": 740})
    opened(page, node)
    expect(page.locator(".figures")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_without_scripts_it_still_tells_the_network(browser, node, network):
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(node.url + "/")
    text = plain.locator("body").inner_text()
    assert network["token"]["name"] in text and str(network["chainId"]) in text
    assert network["token"]["address"] in text
    context.close()


def test_a_node_that_goes_away_is_told_and_comes_back(browser, node):
    context = browser.new_context()
    watching = context.new_page()
    opened(watching, node)
    node.kill()
    expect(watching.locator("#live")).to_have_attribute("data-state", "off", timeout=WAIT)
    expect(watching.locator(".figures")).to_be_visible()
    node.start(port=node.port)
    expect(watching.locator("#live")).to_have_attribute("data-state", "on", timeout=WAIT)
    context.close()
