import Cryptography
import Economy
import Engine
import Primitives
import Testing

@testable import Interface

@Suite struct TransactionDraftTests {
  @Test("A signed draft is what the engine decodes: sender and fields are equal")
  func decoded() throws {
    var random = TextGenerator(seed: 21)
    let network = try TestNetwork()
    for round in 0..<200 {
      let key = network.keys[round % network.keys.count]
      let price = UInt128(random.next())
      let draft = TransactionDraft(
        chainID: TestNetwork.chainID, nonce: random.next() >> (1 + random.next() % 63),
        tip: price >> UInt128(random.next() % 65), maximumPrice: price,
        gasLimit: random.next() >> (random.next() % 64),
        to: Address(truncating: Word(UInt128(random.next()))),
        value: UInt128(random.next()) << UInt128(random.next() % 64),
        data: (0..<Int(random.next() % 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
      let raw = draft.signed(by: key)
      let decoded = try DecodedTransaction(
        ReceivedTransaction(raw), chainID: TestNetwork.chainID)
      #expect(decoded.type == 2 && decoded.nonce == draft.nonce && decoded.tip == draft.tip)
      #expect(decoded.maximumPrice == draft.maximumPrice && decoded.gasLimit == draft.gasLimit)
      #expect(decoded.to == draft.to && decoded.value == draft.value)
      #expect(Array(raw[decoded.data]) == draft.data)
      #expect(decoded.signingHash == draft.signingHash)
      #expect(decoded.hash == Keccak256.hash(raw))
      let request = RecoveryRequest(digest: decoded.signingHash, signature: decoded.signature)
      #expect(Secp256k1.recover(request) == key.address)
    }
  }

  @Test("The bytes are those of the signer in the other tests, and the node takes them")
  func submitted() throws {
    let network = try TestNetwork()
    let data = TokenCalls.transfer(network.keys[3].address, 25)
    let draft = TransactionDraft(
      chainID: TestNetwork.chainID, nonce: 0, maximumPrice: 2 * TestNetwork.baseFee,
      gasLimit: 100_000, to: TokenCalls.token, data: data)
    let raw = draft.signed(by: network.keys[0])
    #expect(raw == Draft(nonce: 0, to: TokenCalls.token, data: data).sign(network.keys[0]))
    try network.send(raw)
    network.makeBlock()
    #expect(network.chain.withState { $0.balance(of: network.keys[3].address) } == Amount(25))
  }
}
