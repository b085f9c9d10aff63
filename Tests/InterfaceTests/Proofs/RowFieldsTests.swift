import Cryptography
import Economy
import Ledger
import Primitives
import Testing

@testable import Engine
@testable import Interface

/// The fields that proofs show against what the modules' own queries say.
@Suite struct RowFieldsTests {
  private func words(_ network: ProofNetwork, _ subject: ProofSubject) throws -> [String: String] {
    let verdict = try ProofCheck.verify(try network.maker.proof(of: subject))
    return Dictionary(uniqueKeysWithValues: verdict.fields.map { ($0.name, $0.value) })
  }

  @Test("A position's row")
  func position() throws {
    let network = try ProofNetwork()
    let words = try words(network, .position(1))
    let facts = try network.chain.withState { state throws(Rejection) in
      try state.position(Staking.ReceiptID(1))
    }
    let owner = Hex.text(network.member.address.bytes)
    #expect(words["number"] == "1" && words["principal"] == "\(facts.principal.units) base units")
    #expect(words["owner"]?.hasPrefix(owner) == true)
    #expect(words["beneficiary"]?.hasPrefix(owner) == true && words["approved"] == "nobody")
    #expect(words["openedAt"]?.hasPrefix("\(facts.openedAt.seconds) ") == true)
    #expect(words["lockEnd"]?.hasPrefix("\(facts.lockEnd.seconds) ") == true)
    #expect(words["rewardWeight"] == "\(facts.weight)" && words["lock"] == "1")
  }

  @Test("The rows of all grants")
  func grants() throws {
    let network = try ProofNetwork()
    let count = network.chain.withState { $0.grantCount() }
    #expect(count > 10)
    for id in 1...count {
      let words = try words(network, .grant(id))
      let facts = try network.chain.withState { state throws(Rejection) in try state.grant(id) }
      #expect(words["total"] == "\(facts.total.units) base units")
      #expect(words["released"] == "\(facts.released.units) base units")
      #expect(words["wallet"]?.hasPrefix(Hex.text(facts.wallet.bytes)) == true)
      let beneficiary =
        facts.beneficiary == .zero ? "nobody" : Hex.text(facts.beneficiary.bytes)
      #expect(words["beneficiary"]?.hasPrefix(beneficiary) == true, "grant \(id)")
      #expect(words["unused"] == "0")
    }
  }

  @Test("Rows of other lengths and other tables are not read")
  func strict() {
    for table in 0...255 as ClosedRange<UInt8> {
      let length = RowFields.of(table)?.reduce(0) { $0 + $1.byteCount }
      let expected: [UInt8: Int] = [0: 64, 36: 152, 40: 208]
      #expect(length == expected[table])
      for count in [0, 63, 64, 65, 152, 208] {
        let row = RowReading(table: table, [UInt8](repeating: 0, count: count))
        #expect((row != nil) == (length == count))
      }
    }
  }
}

@Suite struct ReceiptReadingTests {
  @Test("A receipt's bytes read as the block says; cut, longer and changed ones do not trap")
  func reading() throws {
    let network = try ProofNetwork()
    let block = try #require(network.chain.block(2))
    for index in block.receipts.indices {
      let (leaf, _) = block.receiptProof(index)
      let reading = try #require(ReceiptReading(leaf))
      #expect(reading.isSuccess == block.receipts[index].isSuccess)
      #expect(reading.gasUsed == block.receipts[index].gasUsed)
      #expect(reading.cumulativeGasUsed == block.receipts[index].cumulativeGasUsed)
      #expect(reading.price == block.receipts[index].effectivePrice)
      #expect(reading.transaction == block.transactions[index].hash)
      #expect(reading.sender == block.transactions[index].sender)
      #expect(reading.logs.count == block.receipts[index].events.count)
      for (log, event) in zip(reading.logs, block.receipts[index].events) {
        let known = block.log(event)
        #expect(log.emitter == known.address && log.topic == known.topics.first.map { Digest($0) })
        #expect(log.words.flatMap(\.self) == known.topics.dropFirst().flatMap(\.bytes) + known.data)
      }
      for count in 0..<leaf.count { #expect(ReceiptReading(Array(leaf[..<count])) == nil) }
      #expect(ReceiptReading(leaf + [0]) == nil)
      for place in leaf.indices {
        var changed = leaf
        changed[place] = 0xff
        _ = ReceiptReading(changed)
      }
    }
  }
}
