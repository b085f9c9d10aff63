"""Goal: a program that knows nothing but HTTP and /openapi.json can read everything and have
everything signed. Method: requests against a running node; every query by its declared example; a
draft signed by eth-account and sent through REST.
"""

import concurrent.futures
import re
import time
import uuid

import pytest
import requests
from eth_account import Account
from eth_utils import is_checksum_address
from harness import Node


@pytest.fixture(scope="module", params=[("dta", "dev"), ("btt", "dev-btt")], ids=["dta", "btt"])
def node(request):
    economy, overlay = request.param
    with Node(f"economies/{economy}.json", (f"economies/{overlay}.json",)) as running:
        yield running


@pytest.fixture(scope="module")
def network(node):
    return node.network()


@pytest.fixture(scope="module")
def document(node):
    return requests.get(node.url + "/openapi.json", timeout=30).json()


@pytest.fixture(scope="module")
def alice(network):
    return Account.from_key(network["development"]["accounts"][0]["privateKey"])


@pytest.fixture(scope="module")
def bob(network):
    return Account.from_key(network["development"]["accounts"][1]["privateKey"])


def read(node, path, status=200, **options):
    answer = requests.get(node.url + path, timeout=30, **options)
    assert answer.status_code == status, f"{path}: {answer.status_code}: {answer.text[:500]}"
    return answer


def draft(node, path, arguments, sender=None):
    body = {"arguments": arguments} | ({"from": sender} if sender else {})
    answer = requests.post(node.url + path, json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def send(node, account, drafted, key=None):
    signed = account.sign_transaction(drafted["transaction"])
    headers = {"Idempotency-Key": key} if key else {}
    return requests.post(
        node.url + "/v1/transactions",
        json={"transaction": "0x" + signed.raw_transaction.hex()},
        headers=headers,
        timeout=30,
    )


def settled(node, answer):
    """The transaction once it is committed."""
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "accepted"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = read(node, answer.headers["Location"]).json()
        if found["status"] == "committed":
            return found
        time.sleep(0.02)
    raise AssertionError("the transaction was not committed in 30 s")


def problem(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == status and found["code"] == code, found
    assert found["repair"] and found["detail"] and found["title"], found
    assert found["instance"] == requests.utils.urlparse(answer.url).path
    return found


def test_every_query_answers_its_example(node, document):
    asked, refused = 0, []
    for path, entry in document["paths"].items():
        operation = entry.get("get")
        if not operation or operation["tags"][0] not in {
            module["name"] for module in node.network()["modules"]
        }:
            continue
        if not path.startswith("/v1/"):
            continue
        parameters = {
            one["name"]: one["example"] for one in operation["parameters"] if one["in"] == "query"
        }
        answer = requests.get(node.url + path, params=parameters, timeout=30)
        asked += 1
        if answer.status_code == 422:
            # The example is of another economy, or speaks of what a new network does not have.
            assert problem(answer, 422, "rejected")["rejection"]["name"]
            refused.append(path)
            continue
        assert answer.status_code == 200, f"{path}: {answer.text}"
        assert answer.json()["asOf"]["block"] >= 0
        assert answer.headers["ETag"]
    assert asked >= 60
    assert len(refused) < asked / 3, refused


def test_amounts_times_and_addresses_have_one_form(node, network, alice):
    account = read(node, f"/v1/accounts/{alice.address.lower()}").json()
    assert is_checksum_address(account["address"]) and account["name"] == "dev.0"
    balance = account["balance"]
    decimals = network["token"]["decimals"]
    assert balance["symbol"] == network["token"]["symbol"]
    whole, _, fraction = balance["amount"].partition(".")
    assert int(whole + fraction.ljust(decimals, "0")) == int(balance["units"])
    facts = read(node, "/v1/staking/rewards").json()["rewards"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", facts["epochStart"])
    rates = read(node, "/v1/staking/rates").json()["rates"]
    assert all(isinstance(row["promised"], int) and row["lock"] >= 0 for row in rates)


def test_a_draft_is_signed_by_any_wallet_and_sent(node, network, alice, bob):
    before = int(read(node, f"/v1/accounts/{bob.address}").json()["balance"]["units"])
    drafted = draft(
        node, "/v1/token/transfer", {"to": bob.address, "amount": "12.5"}, alice.address
    )
    symbol = network["token"]["symbol"]
    assert drafted["sentence"] == f"Send 12.5 {symbol} to dev.1."
    assert drafted["preview"] == {"accepted": True, "returns": {"success": True}}
    done = settled(node, send(node, alice, drafted))
    assert done["success"] and done["sentence"] == drafted["sentence"]
    assert done["operation"]["arguments"]["amount"]["amount"] == "12.5"
    told = [event["sentence"] for event in done["receipt"]["events"]]
    assert f"12.5 {symbol} went from dev.0 to dev.1." in told
    assert done["receipt"]["fee"] == drafted["fee"]
    after = int(read(node, f"/v1/accounts/{bob.address}").json()["balance"]["units"])
    assert after - before == 125 * 10 ** (network["token"]["decimals"] - 1)
    # The chain's other doors agree.
    receipt = node.connect().rpc("eth_getTransactionReceipt", done["hash"])
    assert int(receipt["blockNumber"], 16) == done["block"]["block"]
    assert int(receipt["gasUsed"], 16) == done["receipt"]["gasUsed"]
    proof = read(node, done["links"]["proof"])
    assert proof.json()


def test_a_draft_says_beforehand_what_the_rules_refuse(node, alice):
    lock = read(node, "/v1/staking/rates").json()["rates"][0]["lock"]
    drafted = draft(node, "/v1/staking/stake", {"amount": "0.0001", "lock": lock}, alice.address)
    preview = drafted["preview"]
    assert preview["accepted"] is False
    assert preview["rejection"]["module"] == "staking" and preview["repair"]
    # Signed nevertheless, it is committed, refused by the same rule, and costs its fee.
    done = settled(node, send(node, alice, drafted))
    assert done["success"] is False
    assert done["receipt"]["rejection"]["name"] == preview["rejection"]["name"]


def test_staking_by_rest_alone(node, network, alice):
    # What one development account has may be just the least that is staked.
    giver = Account.from_key(network["development"]["accounts"][2]["privateKey"])
    gift = draft(node, "/v1/token/transfer", {"to": "dev.0", "amount": "500"}, giver.address)
    settled(node, send(node, giver, gift))
    rate = read(node, "/v1/staking/rates").json()["rates"][0]
    arguments = {"amount": rate["minimum"], "lock": rate["lock"]}
    drafted = draft(node, "/v1/staking/stake", arguments, alice.address)
    assert drafted["preview"]["accepted"], drafted
    position = drafted["preview"]["returns"]["position"]
    done = settled(node, send(node, alice, drafted))
    assert done["success"]
    staked = [one for one in done["receipt"]["events"] if one["name"] == "Staked"]
    assert staked[0]["arguments"]["position"] == position
    account = read(node, f"/v1/accounts/{alice.address}").json()
    assert position in [one["position"] for one in account["positions"]]
    facts = read(node, "/v1/staking/position", params={"position": position}).json()["facts"]
    assert facts["principal"] == rate["minimum"] and facts["owner"] == alice.address


def test_an_idempotency_key_makes_sending_again_safe(node, alice, bob):
    drafted = draft(node, "/v1/token/transfer", {"to": bob.address, "amount": "1"}, alice.address)
    key = str(uuid.uuid4())
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(node, alice, drafted, key), range(16)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    good = [answer.json() for answer in answers if answer.status_code == 202]
    assert good and all(one == good[0] for one in good)
    again = send(node, alice, drafted, key)
    assert again.json() == good[0] and again.headers["Idempotency-Replayed"] == "true"
    settled(node, again)
    other = draft(node, "/v1/token/transfer", {"to": bob.address, "amount": "2"}, alice.address)
    problem(send(node, alice, other, key), 422, "idempotency-key-reused")
    settled(node, send(node, alice, other))


def test_etags_save_the_second_answer(node, alice):
    for path in ("/v1/token/totalSupply", "/v1/blocks/0", "/network", "/openapi.json"):
        first = read(node, path)
        tag = first.headers["ETag"]
        known = read(node, path, 304, headers={"If-None-Match": f'"other", {tag}'})
        assert known.content == b"" and known.headers["ETag"] == tag
        head = requests.head(node.url + path, timeout=30)
        assert head.status_code == 200 and head.headers["ETag"] == tag and not head.content
        assert int(head.headers["Content-Length"]) == len(first.content)


def test_lists_are_walked_by_cursors(node):
    for name, limit in (("/v1/blocks", 2), ("/v1/transactions", 3)):
        seen, path = [], f"{name}?limit={limit}"
        while path:
            answer = read(node, path)
            page = answer.json()
            seen += [item["hash"] for item in page["items"]]
            path = answer.links["next"]["url"] if page["next"] else None
        assert len(seen) == len(set(seen)) and len(seen) > limit
    problem(
        requests.get(node.url + "/v1/blocks?cursor=" + page_cursor(node), timeout=30),
        400,
        "bad-cursor",
    )


def page_cursor(node):
    """A cursor of the other list."""
    return read(node, "/v1/transactions?limit=1").json()["next"]


def test_nonsense_gets_a_problem(node):
    url = node.url
    problem(requests.get(url + "/v1/nothing", timeout=30), 404, "no-such-route")
    problem(requests.get(url + "/v1/blocks/999999999", timeout=30), 404, "not-found")
    wrong = requests.get(url + "/v1/token/balanceOf", params={"acount": "dev.0"}, timeout=30)
    assert problem(wrong, 400, "bad-argument")["parameter"] == "acount"
    bad = requests.get(url + "/v1/token/balanceOf?account=0x1", timeout=30)
    assert problem(bad, 400, "bad-argument")["expected"]
    html = requests.get(url + "/v1/blocks", headers={"Accept": "text/html"}, timeout=30)
    problem(html, 406, "not-acceptable")
    plain = requests.post(url + "/v1/token/burn", data="x", timeout=30)
    problem(plain, 415, "unsupported-media-type")
    headers = {"Content-Type": "application/json"}
    cut = requests.post(url + "/v1/token/burn", data='{"arguments":', headers=headers, timeout=30)
    problem(cut, 400, "malformed-json")
    deep = requests.post(url + "/v1/token/burn", data="[" * 100, headers=headers, timeout=30)
    problem(deep, 400, "malformed-json")
    method = requests.post(url + "/v1/blocks", json={}, timeout=30)
    problem(method, 405, "method-not-allowed")
    assert method.headers["Allow"] == "GET, HEAD"
    blanks = b" " * (1 << 21)
    large = requests.post(url + "/v1/token/burn", data=blanks, headers=headers, timeout=30)
    assert large.status_code == 413
    assert large.headers["Content-Type"] == "application/problem+json"
    assert "1048576" in large.json()["detail"]
    verb = requests.delete(url + "/v1/blocks", timeout=30)
    assert verb.status_code == 405 and "GET" in verb.headers["Allow"]


def test_pages_of_other_origins_may_use_it(node):
    answer = requests.options(
        node.url + "/v1/transactions",
        headers={
            "Origin": "https://wallet.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type, idempotency-key",
        },
        timeout=30,
    )
    assert answer.status_code == 204 and answer.headers["Access-Control-Allow-Origin"] == "*"
    allowed = answer.headers["Access-Control-Allow-Headers"]
    assert "idempotency-key" in allowed and "content-type" in allowed
    assert "ETag" in read(node, "/v1/blocks").headers["Access-Control-Expose-Headers"]


def test_search_leads_to_pages_that_exist(node, alice):
    block = read(node, "/v1/blocks/latest").json()
    transaction = read(node, "/v1/transactions?limit=1").json()["items"][0]
    for wanted in (alice.address, "dev.1", "staking", block["hash"], transaction["hash"], "0"):
        items = read(node, "/v1/search", params={"q": wanted}).json()["items"]
        assert items, wanted
        for item in items:
            if item["kind"] != "operation":
                read(node, item["path"])


def test_refusals_tell_the_transaction_apart(node, network, alice, bob):
    drafted = draft(node, "/v1/token/transfer", {"to": bob.address, "amount": "1"}, alice.address)
    wrong = dict(drafted["transaction"], chainId=hex(int(network["chainId"]) + 1))
    refused = problem(send(node, alice, {"transaction": wrong}), 422, "transaction-refused")
    assert "chain id" in refused["detail"]
    old = dict(drafted["transaction"], nonce="0x0")
    assert "nonce too low" in problem(
        send(node, alice, {"transaction": old}), 422, "transaction-refused"
    )["detail"]
    poor = Account.create()
    broke = draft(node, "/v1/token/transfer", {"to": bob.address, "amount": "1"}, poor.address)
    assert broke["preview"]["accepted"] is False
    assert "insufficient funds" in problem(
        send(node, poor, broke), 422, "transaction-refused"
    )["detail"]


def test_the_document_names_what_errors_name(node, document):
    codes = document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    for code in codes:
        about = read(node, f"/problems/{code}").json()
        assert about["code"] == code and about["title"] and about["repair"]
