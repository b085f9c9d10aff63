"""Goal: the OpenAPI document is true. Method: openapi-spec-validator on its form, schemathesis on
every route of a running node (no server error, no undocumented status, every answer of its schema),
promtool on the metrics.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request

import pytest
from eth_account import Account
from harness import Node
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

EXCLUDED = ["/events"]
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
    "negative_data_rejection",
]


@pytest.fixture(scope="module", params=[("dta", "dev"), ("btt", "dev-btt")], ids=["dta", "btt"])
def node(request):
    economy, overlay = request.param
    with Node(f"economies/{economy}.json", (f"economies/{overlay}.json",)) as running:
        fill(running)
        yield running


def fill(node):
    """A few blocks with transactions and a position, so that lists and queries have something."""
    network = node.network()
    keys = [row["privateKey"] for row in network["development"]["accounts"]]
    account, giver = Account.from_key(keys[0]), Account.from_key(keys[1])
    rate = json.loads(node.get("/v1/staking/rates")[1])["rates"][0]
    asked = [
        ("/v1/token/transfer", {"to": "dev.0", "amount": "500"}),
        ("/v1/staking/stake", {"amount": rate["minimum"], "lock": rate["lock"]}),
        ("/v1/staking/unstake", {"position": "1"}),
        (
            "/v1/vesting/createGrant",
            {
                "beneficiary": "dev.1",
                "amount": "5",
                "lock": "30d",
                "duration": "365d",
                "revocable": True,
            },
        ),
    ]
    connection = node.connect()
    for place, (path, arguments) in enumerate(asked):
        signer = giver if place == 0 else account
        body = json.dumps({"from": signer.address, "arguments": arguments}).encode()
        status, answer = connection.request("POST", path, body)
        assert status == 200, answer
        drafted = json.loads(answer)["transaction"]
        signed = signer.sign_transaction(drafted)
        body = json.dumps({"transaction": "0x" + signed.raw_transaction.hex()}).encode()
        status, answer = connection.request("POST", "/v1/transactions", body)
        assert status == 202, answer
        wait(connection, json.loads(answer)["links"]["self"])


def wait(connection, path):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if json.loads(connection.request("GET", path)[1])["status"] == "committed":
            return
        time.sleep(0.02)
    raise AssertionError("the transaction was not committed in 30 s")


def test_the_document_is_openapi_3_1(node):
    document = json.loads(node.get("/openapi.json")[1])
    assert document["openapi"].startswith("3.1")
    validate(document, cls=OpenAPIV31SpecValidator)


def test_every_route_keeps_to_the_document(node, tmp_path):
    command = [
        os.path.join(os.path.dirname(sys.executable), "schemathesis"),
        "run",
        f"{node.url}/openapi.json",
        "--checks",
        ",".join(CHECKS),
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        "4",
        "--workers",
        "1",
        "--seed",
        "7",
        "--generation-database",
        "none",
        "--continue-on-failure",
        "--no-color",
    ]
    for path in EXCLUDED:
        command += ["--exclude-path", path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=tmp_path)
    print(done.stdout[-6000:])
    assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-2000:]
    assert node.get("/readyz")[0] == 200


def test_promtool_finds_the_metrics_clean(node):
    promtool = shutil.which("promtool")
    if promtool is None:
        if os.environ.get("CI"):
            raise FileNotFoundError("promtool is missing: run script/test-tools")
        pytest.skip("promtool is missing: run script/test-tools")
    with urllib.request.urlopen(node.url + "/metrics", timeout=30) as answer:
        text = answer.read().decode()
    done = subprocess.run(
        [promtool, "check", "metrics"], input=text, text=True, capture_output=True, timeout=60
    )
    assert done.returncode == 0 and not done.stdout.strip(), done.stdout + done.stderr
