"""The unmodified x402 client and facilitator over nothing but the node's JSON-RPC: a payment is
verified and settled, and every kind of bad one is refused for its own reason."""

import secrets
import time

import pytest
import requests
from eth_account import Account
from harness import Node
from web3 import Web3
from web3.logs import DISCARD
from x402 import x402FacilitatorSync
from x402.mechanisms.evm import FacilitatorWeb3Signer
from x402.mechanisms.evm.exact import (
    ExactEvmClientScheme,
    ExactEvmFacilitatorScheme,
    ExactEvmSchemeConfig,
    register_exact_evm_facilitator,
)
from x402.mechanisms.evm.signers import EthAccountSigner
from x402.schemas import PaymentPayload, PaymentRequirements

PRICE = 12_5000


class Shop:
    """A resource's price, its payer and the facilitator, on a network of their own."""

    def __init__(self, node):
        self.network = requests.get(node.url + "/network").json()
        self.w3 = Web3(Web3.HTTPProvider(node.url))
        keys = [row["privateKey"] for row in self.network["development"]["accounts"]]
        self.payer = Account.from_key(keys[4])
        self.payee = Account.from_key(keys[5])
        self.relayer = Account.from_key(keys[6])
        self.signer = FacilitatorWeb3Signer(keys[6], node.url)
        self.chain = f"eip155:{self.network['chainId']}"
        self.facilitator = register_exact_evm_facilitator(
            x402FacilitatorSync(), self.signer, self.chain
        )
        entry = self.network["token"]
        abi = requests.get(node.url + entry["abi"]).json()
        self.token = self.w3.eth.contract(Web3.to_checksum_address(entry["address"]), abi=abi)

    def accept(self, **changes):
        """What the shop asks for: the domain is what the token says of itself."""
        terms = {
            "scheme": "exact",
            "network": self.chain,
            "asset": self.token.address,
            "amount": str(PRICE),
            "pay_to": self.payee.address,
            "max_timeout_seconds": 300,
            "extra": {
                "name": self.token.functions.name().call(),
                "version": self.token.functions.version().call(),
            },
        }
        return PaymentRequirements(**(terms | changes))

    def pay(self, requirements, account=None):
        client = ExactEvmClientScheme(EthAccountSigner(account or self.payer))
        inner = client.create_payment_payload(requirements)
        return PaymentPayload(x402_version=2, payload=inner, accepted=requirements)

    def held(self, account):
        return self.token.functions.balanceOf(account.address).call()

    def reason(self, payload, requirements):
        answer = self.facilitator.verify(payload, requirements)
        assert not answer.is_valid
        return answer.invalid_reason


@pytest.fixture(scope="module")
def shop():
    with Node() as running:
        yield Shop(running)


def test_verify_and_settle(shop):
    requirements = shop.accept()
    payload = shop.pay(requirements)
    before = [shop.held(one) for one in (shop.payer, shop.payee, shop.relayer)]
    verified = shop.facilitator.verify(payload, requirements)
    assert verified.is_valid, (verified.invalid_reason, verified.invalid_message)
    assert verified.payer == shop.payer.address
    assert [shop.held(one) for one in (shop.payer, shop.payee, shop.relayer)] == before
    settled = shop.facilitator.settle(payload, requirements)
    assert settled.success, (settled.error_reason, settled.error_message)
    receipt = shop.w3.eth.get_transaction_receipt(settled.transaction)
    fee = receipt["gasUsed"] * receipt["effectiveGasPrice"] // 10**14
    after = [shop.held(one) for one in (shop.payer, shop.payee, shop.relayer)]
    # The payer pays the price alone, the relayer the fee.
    assert after == [before[0] - PRICE, before[1] + PRICE, before[2] - fee]
    used = shop.token.events.AuthorizationUsed().process_receipt(receipt, DISCARD)
    nonce = payload.payload["authorization"]["nonce"]
    assert [log["args"]["authorizer"] for log in used] == [shop.payer.address]
    assert "0x" + used[0]["args"]["nonce"].hex() == nonce
    # The same signature buys nothing twice, whoever looks.
    assert shop.reason(payload, requirements) == "invalid_exact_evm_nonce_already_used"
    careful = ExactEvmFacilitatorScheme(shop.signer, ExactEvmSchemeConfig(simulate_in_settle=True))
    again = careful.settle(payload, requirements)
    assert (again.success, again.error_reason) == (False, "invalid_exact_evm_nonce_already_used")
    # A careless facilitator sends it all the same: it fails in its block, and moves nothing.
    careless = ExactEvmFacilitatorScheme(shop.signer).settle(payload, requirements)
    assert (careless.success, careless.error_reason) == (False, "transaction_failed")
    assert shop.held(shop.payee) == after[1]


def test_payer_without_gas(shop):
    stranger = Account.from_key(secrets.token_bytes(32))
    first = shop.accept(pay_to=stranger.address)
    assert shop.facilitator.settle(shop.pay(first), first).success
    assert shop.held(stranger) == PRICE
    onward = shop.accept()
    settled = shop.facilitator.settle(shop.pay(onward, stranger), onward)
    assert settled.success, settled.error_reason
    assert shop.held(stranger) == 0
    assert shop.w3.eth.get_transaction_count(stranger.address) == 0


def test_wrong_terms(shop):
    asked = shop.accept()
    payload = shop.pay(asked)
    dearer = shop.accept(amount=str(PRICE + 1))
    assert shop.reason(payload, dearer).endswith("authorization_value_mismatch")
    other = shop.accept(pay_to=shop.relayer.address)
    assert shop.reason(payload, other).endswith("recipient_mismatch")
    assert shop.reason(payload, shop.accept(extra={})) == "missing_eip712_domain"
    nowhere = shop.accept(asset="0x" + "77" * 20)
    assert shop.reason(shop.pay(nowhere), nowhere) == "asset_not_deployed_contract"
    named = shop.accept(extra={"name": "Other", "version": "1"})
    assert shop.reason(shop.pay(named), named) != ""
    forged = shop.pay(asked)
    forged.payload["authorization"]["from"] = shop.relayer.address
    assert shop.reason(forged, asked) == "invalid_exact_evm_payload_signature"


def test_the_ledger_says_why(shop):
    """What only the token knows: the facilitator reads it out of the revert's words."""
    poor = Account.from_key(secrets.token_bytes(32))
    asked = shop.accept()
    assert shop.reason(shop.pay(asked, poor), asked) == "invalid_exact_evm_insufficient_balance"
    rich = shop.accept(amount=str(shop.held(shop.payer) + 1))
    assert shop.reason(shop.pay(rich), rich) == "invalid_exact_evm_insufficient_balance"
    huge = shop.accept(amount=str(2**200))
    assert shop.reason(shop.pay(huge), huge) == "invalid_exact_evm_insufficient_balance"
    short = shop.accept(max_timeout_seconds=1)
    assert shop.reason(shop.pay(short), short).endswith("authorization_valid_before")


def signed(shop, **changes):
    """An authorization as a wallet signs it, with its signature in three parts."""
    domain = {
        "name": shop.token.functions.name().call(),
        "version": shop.token.functions.version().call(),
        "chainId": shop.network["chainId"],
        "verifyingContract": shop.token.address,
    }
    message = {
        "from": shop.payer.address,
        "to": shop.payee.address,
        "value": PRICE,
        "validAfter": 0,
        "validBefore": int(time.time()) + 60,
        "nonce": secrets.token_bytes(32),
    } | changes
    types = {
        "TransferWithAuthorization": [
            {"name": name, "type": kind}
            for name, kind in [
                ("from", "address"),
                ("to", "address"),
                ("value", "uint256"),
                ("validAfter", "uint256"),
                ("validBefore", "uint256"),
                ("nonce", "bytes32"),
            ]
        ]
    }
    made = shop.payer.sign_typed_data(domain, types, message)
    parts = (made.v, made.r.to_bytes(32, "big"), made.s.to_bytes(32, "big"))
    return list(message.values()) + list(parts)


def test_words_that_the_facilitator_reads(shop):
    from x402.mechanisms.evm.exact.eip3009_utils import parse_eip3009_transfer_error

    now = int(time.time())
    cases = [
        ({"validBefore": now - 60}, "invalid_exact_evm_payload_authorization_valid_before"),
        ({"validAfter": now + 600}, "invalid_exact_evm_payload_authorization_valid_after"),
        ({"value": 10**30}, "invalid_exact_evm_insufficient_balance"),
    ]
    for changes, reason in cases:
        with pytest.raises(Exception) as caught:
            shop.token.functions.transferWithAuthorization(*signed(shop, **changes)).call(
                {"from": shop.relayer.address}
            )
        assert "execution reverted" in str(caught.value)
        assert parse_eip3009_transfer_error(caught.value) == reason
    values = signed(shop)
    values[2] += 1
    with pytest.raises(Exception) as caught:
        shop.token.functions.transferWithAuthorization(*values).call()
    assert parse_eip3009_transfer_error(caught.value) == "invalid_exact_evm_payload_signature"
