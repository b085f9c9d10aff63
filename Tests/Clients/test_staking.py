"""A member's month with unmodified web3.py: stake, the receipt as ERC-721, thirty days, claim."""

import pytest
import requests
from harness import Node
from test_cli import run
from web3 import Web3

PRINCIPAL = 1_000_0000
MONTH = 30 * 86_400
# Economics F4: weight = principal x rho, rho = 800 basis points x 10,000; one year at 10^8.
WEIGHT = PRINCIPAL * 800 * 10_000
YEAR_RATE = 10**8 * 31_536_000


@pytest.fixture(scope="module")
def node():
    with Node() as running:
        yield running


def test_a_month_of_staking(node):
    w3 = Web3(Web3.HTTPProvider(node.url))
    network = requests.get(node.url + "/network").json()
    staker = w3.eth.account.from_key(network["development"]["accounts"][5]["privateKey"])

    def module(name):
        entry = next(one for one in network["modules"] if one["name"] == name)
        abi = requests.get(node.url + entry["abi"]).json()
        return w3.eth.contract(Web3.to_checksum_address(entry["address"]), abi=abi)

    def settle(call):
        draft = call.build_transaction(
            {"from": staker.address, "nonce": w3.eth.get_transaction_count(staker.address)}
        )
        signed = staker.sign_transaction(draft)
        sent = w3.eth.send_raw_transaction(signed.raw_transaction)
        receipt = w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.02)
        assert receipt["status"] == 1
        return receipt, w3.eth.get_block(receipt["blockNumber"])["timestamp"]

    token, staking = module("token"), module("staking")
    receipt, staked_at = settle(staking.functions.stake(PRINCIPAL, MONTH))
    minted = staking.events.Transfer().process_receipt(receipt)
    position = [log for log in minted if log["address"] == staking.address][-1]["args"]["tokenId"]
    assert staking.functions.ownerOf(position).call() == staker.address
    assert staking.functions.balanceOf(staker.address).call() == 1
    assert staking.functions.supportsInterface(bytes.fromhex("80ac58cd")).call()

    run(node, "dev", "advance", "30d")
    before = token.functions.balanceOf(staker.address).call()
    receipt, claimed_at = settle(staking.functions.claim(position))
    fee = receipt["gasUsed"] * receipt["effectiveGasPrice"] // 10**14
    paid = token.functions.balanceOf(staker.address).call() - before + fee
    assert claimed_at - staked_at >= MONTH
    # A lone staker under the ceiling: the emission divides evenly, so nothing stays as a fraction.
    assert paid == WEIGHT * (claimed_at - staked_at) // YEAR_RATE
    assert paid >= 65_753
