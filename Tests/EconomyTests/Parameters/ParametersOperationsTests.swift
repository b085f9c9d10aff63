import Ledger
import Primitives
import Testing

@testable import Economy

/// Governed numbers through the real state (F28): what is refused, in order, and what takes effect.
@Suite struct ParametersOperationsTests {
  private static let split = "/fees/netPlatformSplit/"
  private static let burn = "/fees/serviceBurn/bpsOfGross"

  private func set(_ pointer: String, _ value: UInt128) -> Operation {
    .parameters(.set(Parameters.Set(pointer: pointer, value: value)))
  }

  private func group(_ members: [(String, UInt128)]) -> Operation {
    .parameters(
      .setGroup(
        Parameters.SetGroup(pointers: members.map(\.0), values: members.map(\.1))))
  }

  @Test("F28 a group holds 64 pointers at most") func groupsHoldSixtyFour() throws {
    var state = try PoolsNetwork.dta()
    let codes: [(UInt128, Parameters.Code)] = [(64, .unknownPointer), (65, .malformedGroup)]
    for (count, code) in codes {
      let refusal = state.attempt(group((0..<count).map { ("/none/\($0)", 1) }), by: .zero)
      #expect(refusal?.code == code.rawValue, "\(count)")
    }
  }

  /// One refusal each; the guards before it are satisfied.
  @Test("F28 rejections of parameters, in the order of the guards")
  func refusesInOrder() throws {
    // Without a rest, a second change in one epoch meets the waiting one.
    var state = try PoolsNetwork.dta { $0.replacing("\"cooldownDays\": 90", "\"cooldownDays\": 0") }
    let governor = PoolsNetwork.governor
    let stranger = PoolsNetwork.stranger
    let threshold = "/governance/proposal/threshold/units"
    #expect(state.attempt(set(threshold, 9_000_000_000), by: governor) == nil)
    #expect(state.attempt(set("/burns/match/matchBps", 9_000), by: governor) == nil)
    #expect(state.attempt(set("/staking/earlyExit/maxPenaltyBps", 1_900), by: governor) == nil)
    let steps: [(Operation, Address, UInt8, UInt8)] = [
      (group([]), stranger, 4, 1),
      (
        .parameters(.setGroup(Parameters.SetGroup(pointers: [Self.burn], values: [1, 2]))),
        stranger, 4, 1
      ),
      (group([(Self.burn, 1), (Self.burn, 1)]), stranger, 4, 1),
      (
        group((0..<65).map { ("/burns/\($0)", 1) }), stranger, 4, 1
      ),
      (set("/burns/supplyFloor/units", 1), stranger, 4, 2),
      (set("", 1), stranger, 4, 2),
      (group([(Self.burn, 500), ("/pools/0/emission/yearTokens/0", 1)]), stranger, 4, 2),
      (set(Self.burn, 500), stranger, 2, Access.Code.unauthorized.rawValue),
      (set(Self.burn, 500), governor, 4, 3),
      (group([(Self.burn, 500), ("/burns/annualCapBps", 1_000)]), governor, 4, 3),
      (set(Self.burn, 199), governor, 4, 4),
      (set(Self.burn, 501), governor, 4, 4),
      (set(Self.burn, .max), governor, 4, 4),
      // A step of 100 at most; the value is also waiting nowhere.
      (set(Self.burn, 399), governor, 4, 5),
      // The step counts from the value in force, and comes before rest and waiting.
      (set("/staking/earlyExit/maxPenaltyBps", 1_400), governor, 4, 5),
      (set("/staking/earlyExit/maxPenaltyBps", 1_800), governor, 4, 6),
      (set("/burns/match/matchBps", 8_000), governor, 4, 7),
      (set(Self.split + "stakingRewardsBps", 4_500), governor, 4, 8),
      (
        group([
          (Self.split + "stakingRewardsBps", 4_500), (Self.split + "tokenBurnBps", 900),
        ]), governor, 4, 8
      ),
      // 2,300 for Diamond is above its lowest, and below nothing; Platinum's would pass it.
      (set("/staking/tiers/3/aprMaxBps", 2_400), governor, 4, 0),
      (set("/staking/tiers/4/aprMaxBps", 2_400), governor, 4, 9),
    ]
    var reached: [UInt8] = []
    for (place, step) in steps.enumerated() {
      _ = state.ledger.account(step.1)
      state.closeScope()
      let before = state.stateRoot()
      let refusal = state.attempt(step.0, by: step.1)
      if step.3 == 0 {
        #expect(refusal == nil, "step \(place): \(String(describing: refusal))")
        continue
      }
      #expect(refusal?.module == step.2, "step \(place)")
      #expect(refusal?.code == step.3, "step \(place)")
      #expect(state.stateRoot() == before, "step \(place) changed something")
      if step.2 == Parameters.number { reached.append(step.3) }
    }
    #expect(Set(reached) == Set(Parameters.Code.allCases.map(\.rawValue)))
    #expect(state.invariants().isEmpty)
  }

  /// The value changes with the next epoch and not a second before; the rest begins with the
  /// acceptance, and its exact end allows.
  @Test("F28 a value changes with the epoch") func changesWithTheEpoch() throws {
    var state = try PoolsNetwork.dta()
    state.advance(to: 9 * 86_400 + 40_000)
    #expect(state.attempt(set(Self.burn, 400), by: PoolsNetwork.governor) == nil)
    let genesis = state.genesis.time.seconds
    let found = state.parameterIndex(Self.burn)
    let digest = try #require(found).row
    let pointer = Word(state.ledger.parameters.table[Int(digest)].pointer)
    #expect(
      state.words(Parameters.number, Parameters.Event.scheduled.rawValue) == [
        [
          pointer, Word(PoolsNetwork.governor), Word(500 as UInt128), Word(400 as UInt128),
          Word(UInt128(genesis + 10 * 86_400)),
        ]
      ])
    var facts = try state.parameter(Self.burn)
    #expect(facts.value == 500)
    #expect(facts.hasPending)
    #expect(facts.pending == 400)
    #expect(facts.nextChange == LogicalTime(genesis + 39 * 86_400 + 40_000))
    #expect(facts.proposalClass == "economic")
    state.advance(to: 10 * 86_400 - 1)
    #expect(try state.parameter(Self.burn).value == 500)
    state.advance(to: 10 * 86_400)
    facts = try state.parameter(Self.burn)
    #expect(facts.value == 400)
    #expect(!facts.hasPending)
    #expect(
      state.words(Parameters.number, Parameters.Event.changed.rawValue) == [
        [pointer, Word(500 as UInt128), Word(400 as UInt128)]
      ])
    state.advance(to: 39 * 86_400 + 39_999)
    let refusal = state.attempt(set(Self.burn, 300), by: PoolsNetwork.governor)
    #expect(refusal?.code == Parameters.Code.coolingDown.rawValue)
    #expect(refusal?.second == Word(UInt128(genesis + 39 * 86_400 + 40_000)))
    state.advance(to: 39 * 86_400 + 40_000)
    #expect(try state.parameter(Self.burn).nextChange == LogicalTime(0))
    #expect(state.attempt(set(Self.burn, 300), by: PoolsNetwork.governor) == nil)
  }

  /// Shares of a sum change together; one that stays may be named and neither waits nor rests.
  @Test func changesGroupsAtOnce() throws {
    var state = try PoolsNetwork.dta()
    let change = group([
      (Self.split + "stakingRewardsBps", 4_500), (Self.split + "platformDevelopmentBps", 2_500),
      (Self.split + "tokenBurnBps", 1_000),
    ])
    #expect(state.attempt(change, by: PoolsNetwork.governor) == nil)
    #expect(state.words(4, Parameters.Event.scheduled.rawValue).count == 2)
    #expect(try !state.parameter(Self.split + "tokenBurnBps").hasPending)
    #expect(try state.parameter(Self.split + "tokenBurnBps").nextChange == LogicalTime(0))
    #expect(state.invariants().isEmpty)
    // What waits counts: the sum of the next epoch is full.
    let other = group([
      (Self.split + "ecosystemGrowthBps", 1_500), (Self.split + "tokenBurnBps", 1_500),
    ])
    #expect(state.attempt(other, by: PoolsNetwork.governor) == nil)
    state.advance(toEpoch: 1)
    #expect(try state.waterfall("ai").shares.map(\.share.value) == [1_500, 1_500, 2_500, 4_500])
    #expect(state.invariants().isEmpty)
  }

  /// One member that is refused refuses all (hard limit 1).
  @Test func refusesGroupsWhole() throws {
    var state = try PoolsNetwork.dta()
    let before = state.stateRoot()
    let change = group([
      (Self.split + "stakingRewardsBps", 4_500), (Self.split + "platformDevelopmentBps", 2_400),
      (Self.split + "ecosystemGrowthBps", 2_700), (Self.split + "tokenBurnBps", 400),
    ])
    let refusal = state.attempt(change, by: PoolsNetwork.governor)
    #expect(refusal?.code == Parameters.Code.stepTooLarge.rawValue)
    #expect(state.stateRoot() == before)
    state.advance(toEpoch: 1)
    #expect(state.words(4, Parameters.Event.changed.rawValue).isEmpty)
  }

  /// BTT: the 36-month burn of rewards stays above the 12-month one, and mining's weights sum.
  @Test("F28 Y14 BTT: the 36-month burn stays above the 12-month one")
  func keepsTheLimitsOfBTT() throws {
    var state = try PoolsNetwork.btt()
    let limits = state.parameterLimits()
    let place = try #require(limits.firstIndex { $0.name.hasPrefix("the burns of rewards") })
    #expect(
      limits[place].pointers == [
        "/staking/periods/3/rewardBurnBps", "/staking/periods/4/rewardBurnBps",
      ])
    let (low, high) = (limits[place].values[0], limits[place].values[1])
    #expect(high > low)
    var value = low
    var epoch: UInt64 = 0
    // Ninety days apart, by steps of 100, until the other row is reached.
    while value + 100 < high {
      value += 100
      #expect(
        state.attempt(set("/staking/periods/3/rewardBurnBps", value), by: PoolsNetwork.governor)
          == nil)
      epoch += 90
      state.advance(toEpoch: epoch)
    }
    let last = state.attempt(
      set("/staking/periods/3/rewardBurnBps", min(high, value + 100)), by: PoolsNetwork.governor)
    #expect(last?.code == Parameters.Code.hardLimit.rawValue)
    #expect(last?.first == Word(UInt128(place)))
    let weights = "/mining/weights/"
    let alone = state.attempt(set(weights + "computeBps", 4_500), by: PoolsNetwork.governor)
    #expect(alone?.code == Parameters.Code.groupSum.rawValue)
    let together = group([(weights + "computeBps", 4_500), (weights + "qualityBps", 2_500)])
    #expect(state.attempt(together, by: PoolsNetwork.governor) == nil)
    state.advance(toEpoch: epoch + 1)
    #expect(try state.parameter(weights + "computeBps").value == 4_500)
    #expect(state.invariants().isEmpty)
  }

  /// Random wishes for two years: what is accepted keeps every bound and limit at every instant.
  @Test func keepsLimitsUnderRandomWishes() throws {
    var accepted = 0
    for isDTA in [true, false] {
      var state = try isDTA ? PoolsNetwork.dta() : PoolsNetwork.btt()
      let limits = state.parameterLimits()
      var draws = Draws(5)
      for epoch: UInt64 in 1...300 {
        for _ in 0..<4 {
          let count = state.parameterCount()
          let pointer = state.parameterPointer(UInt32(draws.below(UInt64(count))))
          let facts = try state.parameter(pointer)
          let step = draws.number(through: facts.maximumStep)
          let wish = draws.below(2) == 0 ? facts.value + step : facts.value - min(step, facts.value)
          var members = [(pointer, wish)]
          if let limit = limits.first(where: { $0.pointers.contains(pointer) }),
            let other = limit.pointers.first(where: { $0 != pointer }),
            state.parameterIndex(other) != nil
          {
            let value = try state.parameter(other).value + facts.value
            members.append((other, value - min(wish, value)))
          }
          if state.attempt(group(members), by: PoolsNetwork.governor) == nil { accepted += 1 }
        }
        state.advance(toEpoch: epoch)
        #expect(state.invariants().isEmpty)
      }
    }
    #expect(accepted > 100)
  }
}

extension String {
  fileprivate func replacing(_ old: String, _ new: String) -> String {
    split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }
}
