import Primitives
import Testing

@testable import Economy

/// What outsiders rely on of pools; the numbers were computed by another program.
@Suite struct PoolsABITests {
  @Test func keepsItsSelectors() {
    let calls = Pools.declaration.calls.map {
      "\($0.signature) \(Hex.quantity(UInt128($0.selector)))"
    }
    #expect(
      calls == [
        "topUp(string,uint256) 0x4ac52ccb", "grant(string,address,uint256) 0x4ac62787",
        "payPlatformFee(uint256) 0xaf967b7c",
      ])
    let queries = Pools.declaration.queries.map {
      "\($0.signature) \(Hex.quantity(UInt128($0.selector)))"
    }
    #expect(
      queries == [
        "pool(string) 0xb2256333", "pools() 0xc5c51dca", "schedule(string,uint64) 0xb46e4559",
        "burns() 0xa1abd39b", "feeCategories() 0x6fb2de83", "waterfall(string) 0xc0e302e8",
        "quote(string,uint256,uint32) 0xbf5a2e89",
      ])
  }

  @Test func keepsItsTopics() {
    let topics = Pools.declaration.events.map {
      "\($0.code) \($0.signature) \(Hex.text($0.topic.bytes))"
    }
    #expect(
      topics == [
        "1 PoolToppedUp(bytes32,address,uint256) "
          + "0x383c2a469d207198ef71d782f138cc2411f72aeebe3dbc8dd691e0a47d2fc69b",
        "2 PoolGranted(bytes32,address,address,uint256) "
          + "0x798a76123f5043a26d21e845a5893a119208261dd6ab5f3fecd5cb545887c60c",
        "3 PlatformFeeSplit(address,uint256) "
          + "0x84d1c45e7820742419b2f8dfd3ddf5205b9029cb8efd68c49376a02a6170f3b7",
        "4 NetworkFeesSplit(uint256) "
          + "0xa7410e4e370fa09fd1215c641b710c41d47209d2391422082227098001f24406",
        "5 BurnCapped(address,uint256,uint256,uint256) "
          + "0xce4ba31ff6d6c103e576234ee58b43a5f43b0a925d6c11910194ce51ca787927",
        "6 BurnMatched(uint64,uint256,uint256) "
          + "0x251519f19198d9d9d100aec5e73a60392dab5054d05b459e6be6b4856d166a21",
      ])
  }

  @Test func keepsItsErrors() {
    let errors = Pools.declaration.rejections.map {
      "\($0.signature) \(Hex.quantity(UInt128($0.selector)))"
    }
    #expect(
      errors == [
        "UnknownPool(bytes32) 0x180b8555", "NotGrantPool(bytes32) 0x60a38215",
        "UnknownFeeCategory(bytes32) 0x27b808ec", "ZeroAmount() 0x1f2a2005",
        "BelowMinimum(uint256,uint256) 0xbd49034f", "InvalidReceiver(address) 0x9cfea583",
        "PoolBudgetExceeded(bytes32,uint256,uint256) 0x2766c582",
        "InsufficientBalance(address,uint256,uint256) 0xdb42144d",
      ])
  }

  /// Every query answers through its declaration, and its record reads back as it was written.
  @Test func answersQueries() throws {
    let state = try PoolsNetwork.dta()
    func ask<Answer: ABIValue>(
      _ name: String, _ arguments: [UInt8], as type: Answer.Type
    ) throws -> Answer {
      let query = try #require(Pools.declaration.queries.first { $0.name == name })
      let bytes = try query.answer(state, arguments, 0)
      return try ABIReader.decode(bytes, from: 0, as: Answer.self)
    }
    let facts = try ask("pool", ABIWriter.encode("pool.staking"), as: Pools.Facts.self)
    #expect(facts.name == "pool.staking")
    #expect(facts.kind == "rateCeilingAccumulator")
    #expect(facts.total == Amount(1_200_000_000_000))
    #expect(facts.runway == UInt64.max)
    #expect(facts.coverage == .whole)
    #expect(try ask("pools", [], as: [String].self).count == 12)
    #expect(try ask("burns", [], as: Pools.BurnFacts.self).yearCap == Amount(1_000_000_000_000))
    let waterfall = try ask("waterfall", ABIWriter.encode("ai"), as: Pools.WaterfallFacts.self)
    #expect(waterfall.fee == BasisPoints(1_000))
    #expect(waterfall.burn == BasisPoints(500))
    #expect(waterfall.burnOf == "gross")
    #expect(waterfall.shares.map(\.name).last == "stakingRewards")
    #expect(waterfall.shares.map(\.share.value) == [1_000, 2_000, 3_000, 4_000])
    #expect(try ask("feeCategories", [], as: [String].self).first == "ai")
    let quote = try state.quote("ai", Amount(1_000_000), BasisPoints(0))
    #expect(quote.parts == [5_000, 10_000, 15_000, 20_000].map { Amount($0) })
  }

  /// Hostile sizes are answered or refused, and never trap.
  @Test func answersHostileQuestions() throws {
    let state = try PoolsNetwork.btt()
    for gross in [Amount.max, Amount(UInt128.max - 1), Amount(UInt128.max / 3)] {
      for discount in [0, 1, 10_000, 10_001, UInt32.max] {
        for category in state.feeCategoryNames() {
          let quote = try state.quote(category, gross, BasisPoints(discount))
          let parts = quote.parts.reduce(Amount.zero, +)
          #expect(quote.providerSide + quote.burn + parts == gross)
        }
      }
    }
    #expect(
      try state.poolSchedule("pool.mining", .max) == (try state.poolFacts("pool.mining")).total)
    #expect(throws: Rejection.self) { try state.poolFacts("") }
  }
}
