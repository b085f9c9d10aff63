import Cryptography
import Economy
import Engine
import Foundation
import Primitives
import Testing

/// Transactions from bytes: others' vectors, every cut and every flipped bit.
@Suite struct DecodeTests {
  private static let authenticator = Authenticator(chainID: Fixture.chainID)

  /// Valid transactions of each type that this network takes.
  private static let samples: [[UInt8]] = [
    Draft(type: 0, nonce: 7, value: 3 * Fixture.unit).signed(by: Fixture.members[0]),
    Draft(
      type: 1, nonce: 8, gas: 60_000, to: Fixture.token,
      data: Fixture.transferData(Fixture.members[2].address, 5),
      accessList: [(Fixture.token, [.zero, Keccak256.hash([1])])]
    ).signed(by: Fixture.members[0]),
    Draft(
      type: 2, nonce: 9, tip: 5, to: Fixture.token,
      data: Fixture.transferData(Fixture.members[2].address, 1 << 80)
    ).signed(by: Fixture.members[0]),
  ]

  private static func outcome(
    _ bytes: [UInt8], chainID: UInt64 = Fixture.chainID
  ) -> Result<AuthenticTransaction, TransactionRefusal> {
    Result { () throws(TransactionRefusal) in
      try Authenticator(chainID: chainID).authenticate(ReceivedTransaction(bytes))
    }
  }

  @Test func readsEveryField() throws {
    let transaction = try Self.outcome(Self.samples[1]).get()
    #expect(transaction.sender == Fixture.members[0].address)
    #expect(transaction.hash == Keccak256.hash(Self.samples[1]))
    let decoded = transaction.decoded
    #expect(decoded.type == 1)
    #expect(decoded.nonce == 8)
    #expect(decoded.maximumPrice == Fixture.price)
    #expect(decoded.tip == Fixture.price)
    #expect(decoded.gasLimit == 60_000)
    #expect(decoded.to == Fixture.token)
    #expect(decoded.value == 0)
    #expect(
      Array(decoded.bytes[decoded.data])
        == Fixture.transferData(Fixture.members[2].address, 5))
    #expect(decoded.call.module == Token.number)
    #expect(decoded.accessList.count > 85)
  }

  @Test func ethereumTransactionTests() throws {
    var counts = (taken: 0, refused: 0)
    var differences: [String: [String]] = [:]
    for file in try Vectors.files("ethereum-tests/TransactionTests", ending: ".json") {
      let object = try #require(
        try JSONSerialization.jsonObject(with: file.data) as? [String: [String: Any]])
      for (name, vector) in object {
        let text = try #require(vector["txbytes"] as? String)
        let bytes = try #require(Hex.bytes(text), "\(file.name)")
        let results = try #require(vector["result"] as? [String: [String: String]])
        let expected = try #require(results["Cancun"], "\(file.name)")
        let found = Self.outcome(bytes, chainID: 1)
        guard let sender = expected["sender"] else {
          guard case .failure = found else {
            Issue.record("\(file.name) \(name) is taken and should be \(expected)")
            continue
          }
          counts.refused += 1
          continue
        }
        switch found {
        case .success(let transaction):
          #expect(Hex.text(transaction.sender.bytes) == sender, "\(file.name)")
          #expect(Hex.text(transaction.hash.bytes) == expected["hash"], "\(file.name)")
          counts.taken += 1
        case .failure(.unprotected): differences["without a chain id", default: []].append(name)
        case .failure(.valueTooLarge): differences["value above 128 bits", default: []].append(name)
        case .failure(.malformed(let why)) where why.contains("too large for its field"):
          differences["price above 128 bits", default: []].append(name)
        case .failure(let refusal): Issue.record("\(file.name) \(name): \(refusal.text)")
        }
      }
    }
    print("TransactionTests: \(counts), differences \(differences)")
    #expect(counts.taken == 4)
    #expect(counts.refused == 50)
    #expect(differences.mapValues(\.count) == ["without a chain id": 5, "price above 128 bits": 2])
  }

  /// The published fixtures run on another chain: hash and sender apply.
  @Test func sendRawTransactionFixtures() throws {
    let sender = Address(text: "0x0c2c51a0990aee1d73c1228de158688341557508")
    var taken: [UInt8] = []
    for file in try Vectors.files(
      "ethereum-rpc/tests/eth_sendRawTransaction", ending: ".io")
    {
      let lines = String(decoding: file.data, as: UTF8.self).split(separator: "\n")
      func object(_ mark: String) throws -> [String: Any] {
        let line = try #require(lines.first { $0.hasPrefix(mark) }).dropFirst(mark.count)
        return try #require(
          try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      }
      let raw = try #require((try object(">>")["params"] as? [String])?.first)
      let bytes = try #require(Hex.bytes(raw))
      switch Self.outcome(bytes, chainID: 0xc_72dd_9d5e_883e) {
      case .success(let transaction):
        #expect(transaction.sender == sender, "\(file.name)")
        #expect(
          Hex.text(transaction.hash.bytes) == (try object("<<")["result"] as? String),
          "\(file.name)")
        taken.append(transaction.decoded.type)
      case .failure(let refusal):
        #expect(refusal == .unsupportedType(3), "\(file.name): \(refusal.text)")
      }
    }
    #expect(taken.sorted() == [0, 1, 2, 2])
  }

  @Test func answersWhatThisNetworkDoesNotTake() {
    let rest = [UInt8](Self.samples[2].dropFirst())
    for type in [0, 3, 4, 0x7f, 0x80, 0xbf] as [UInt8] {
      let refusal = Self.outcome([type] + rest).refusal
      #expect(refusal == .unsupportedType(type))
      #expect(refusal?.text.hasPrefix("transaction type not supported: \(type)") == true)
    }
    #expect(Self.outcome([]).refusal == .empty)
    #expect(
      Self.outcome([UInt8](repeating: 0xc0, count: 131_073)).refusal == .tooLarge(limit: 131_072))
    let foreign = Draft(chainID: 1).signed(by: Fixture.members[0])
    #expect(Self.outcome(foreign).refusal == .wrongChain(expected: 382_001, found: 1))
    let greedy = Draft(price: 1, tip: 2).signed(by: Fixture.members[0])
    #expect(Self.outcome(greedy).refusal == .tipAboveFee)
    let last = Draft(nonce: .max).signed(by: Fixture.members[0])
    #expect(Self.outcome(last).refusal == .nonceExhausted)
  }

  /// A contract creation is sound and fails when it runs: its fee is taken.
  @Test(arguments: [0, 1, 2] as [UInt8]) func contractCreationIsRefusedWhenItRuns(
    type: UInt8
  ) throws {
    let bytes = Draft(type: type, to: nil, data: [0x60, 0x00]).signed(by: Fixture.members[0])
    let transaction = try Self.outcome(bytes).get()
    #expect(transaction.decoded.to == nil)
    guard case .refused(let rejection) = transaction.decoded.call.operation else {
      Issue.record("a contract creation is no operation")
      return
    }
    #expect(rejection.module == 0)
    #expect(rejection.code == Kernel.Code.contractCreation.rawValue)
  }

  @Test func everyCutIsRefused() {
    for sample in Self.samples {
      for count in 0..<sample.count {
        #expect(Self.outcome(Array(sample.prefix(count))).refusal != nil)
      }
      #expect(Self.outcome(sample + [0]).refusal != nil)
    }
  }

  /// Whatever one changes, the bytes never again name the sender who signed other content.
  @Test("incident 18: no flipped bit keeps the sender")
  func noFlippedBitKeepsTheSender() {
    for sample in Self.samples {
      for place in sample.indices {
        for bit in 0..<8 where place % 4 == 0 || bit % 3 == 0 {
          var bytes = sample
          bytes[place] ^= 1 << bit
          if case .success(let changed) = Self.outcome(bytes) {
            #expect(changed.sender != Fixture.members[0].address, "byte \(place), bit \(bit)")
          }
        }
      }
    }
  }

  @Test func mutationsNeitherTrapNorForge() {
    var generator = SeededGenerator(1)
    var taken = 0
    for round in 0..<6_000 {
      let bytes = generator.mutate(Self.samples[round % 3])
      guard case .success(let changed) = Self.outcome(bytes) else { continue }
      taken += 1
      #expect(changed.sender != Fixture.members[0].address || Self.samples.contains(bytes))
    }
    #expect(taken > 0)
  }

  /// The batch on all processors answers as one by one, in order.
  @Test func batchesAnswerInOrder() throws {
    var generator = SeededGenerator(2)
    let batch = (0..<300).map { number in
      number % 3 == 0
        ? generator.mutate(Self.samples[number % 2])
        : Fixture.transfer(number % 8, nonce: UInt64(number), to: 1, 1)
    }
    let results = Self.authenticator.authenticate(batch.map { ReceivedTransaction($0) })
    #expect(results.count == batch.count)
    for (bytes, result) in zip(batch, results) {
      let alone = Self.outcome(bytes)
      #expect(result.refusal == alone.refusal)
      #expect((try? result.get().sender) == (try? alone.get().sender))
    }
  }
}

extension Result where Success == AuthenticTransaction, Failure == TransactionRefusal {
  fileprivate var refusal: TransactionRefusal? {
    if case .failure(let refusal) = self { refusal } else { nil }
  }
}
