import Economy
import Primitives
import Testing

/// Changes of parameters: each refusal in order, every edge, groups (F28).
@Suite struct ParametersRulesTests {
  static let economic = ProposalClass(code: 2)
  static let day = Seconds.day.count
  static let bounds = ParameterBounds(
    minimum: 200, maximum: 500, largestStep: 100, cooldown: Seconds(30 * day),
    proposalClass: economic)
  static let changed = LogicalTime(1_000)
  static let open = LogicalTime(1_000 + 30 * day)

  static func refusal(
    _ old: UInt128, _ new: UInt128, _ proposalClass: ProposalClass = economic,
    changedAt: LogicalTime? = changed, at time: LogicalTime = open
  ) -> ParameterRefusal? {
    let change = ParameterChange(bounds: bounds, old: old, new: new, changedAt: changedAt)
    do throws(ParameterRefusal) {
      try ParametersRules.check(change, proposalClass: proposalClass, at: time)
      return nil
    } catch {
      return error
    }
  }

  @Test func refusesInOrder() {
    let early = LogicalTime(Self.open.seconds - 1)
    // Every fault at once, then one repaired at a time.
    let other = ProposalClass(code: 1)
    #expect(Self.refusal(500, 100, other, at: early) == .wrongClass(needed: Self.economic))
    #expect(Self.refusal(500, 100, at: early) == .belowMinimum(200))
    #expect(Self.refusal(200, 501, at: early) == .aboveMaximum(500))
    #expect(Self.refusal(500, 399, at: early) == .stepTooLarge(100))
    #expect(Self.refusal(300, 401, at: early) == .stepTooLarge(100))
    #expect(Self.refusal(500, 400, at: early) == .coolingDown(until: Self.open))
    #expect(Self.refusal(500, 400) == nil)
  }

  @Test func allowsTheEdges() {
    #expect(Self.refusal(300, 200) == nil)
    #expect(Self.refusal(400, 500) == nil)
    #expect(Self.refusal(300, 300) == nil)
    #expect(Self.refusal(500, 400, changedAt: nil, at: LogicalTime(0)) == nil)
    // A parameter out of its bounds may only move back in.
    #expect(Self.refusal(550, 500) == nil)
    let endless = ParameterChange(
      bounds: ParameterBounds(
        minimum: 0, maximum: .max, largestStep: .max, cooldown: Seconds(.max),
        proposalClass: Self.economic),
      old: 0, new: .max, changedAt: LogicalTime(5))
    #expect(throws: ParameterRefusal.coolingDown(until: LogicalTime(.max))) {
      try ParametersRules.check(endless, proposalClass: Self.economic, at: Self.open)
    }
  }

  @Test func agreesWithTheDefinition() {
    var draws = Draws(21)
    for round in 0..<100_000 {
      let (old, new) = (draws.within(150...550), draws.within(150...550))
      let time = LogicalTime(draws.within(0...60 * Self.day))
      let isValid =
        (200...500).contains(new) && (old > new ? old - new : new - old) <= 100
        && time >= Self.open
      require(
        (Self.refusal(UInt128(old), UInt128(new), at: time) == nil) == isValid, round, "valid")
    }
  }

  @Test func groupsChangeTogether() {
    func change(_ old: UInt128, _ new: UInt128) -> ParameterChange {
      ParameterChange(
        bounds: ParameterBounds(
          minimum: 500, maximum: 6_000, largestStep: 500, cooldown: Seconds(0),
          proposalClass: Self.economic),
        old: old, new: new, changedAt: nil)
    }
    func refusal(_ group: [ParameterChange]) -> ParameterRefusal? {
      do throws(ParameterRefusal) {
        try ParametersRules.check(
          group, .sumsTo(10_000), proposalClass: Self.economic, at: Self.open)
        return nil
      } catch {
        return error
      }
    }
    let rest = [change(3_000, 3_000), change(2_000, 2_000), change(1_000, 1_000)]
    #expect(refusal([change(4_000, 4_500)] + rest) == .wrongSum(10_500, needed: 10_000))
    #expect(
      refusal([change(4_000, 4_500), change(3_000, 2_500)] + rest.dropFirst()) == nil)
    #expect(
      refusal([change(4_000, 4_600), change(3_000, 2_400)] + rest.dropFirst())
        == .stepTooLarge(500))
    #expect(refusal([change(4_000, 4_000)] + rest) == nil)
  }

  @Test func groupRules() {
    func refusal(_ values: [UInt128], _ rule: GroupRule) -> ParameterRefusal? {
      do throws(ParameterRefusal) {
        try ParametersRules.check(values, rule)
        return nil
      } catch {
        return error
      }
    }
    #expect(refusal([4_500, 4_500], .sumsToAtMost(9_000)) == nil)
    #expect(refusal([4_500, 4_501], .sumsToAtMost(9_000)) == .sumTooLarge(9_001, most: 9_000))
    #expect(refusal([.max, 1], .sumsTo(0)) == .sumOverflows)
    #expect(refusal([500, 1_000], .strictlyRising) == nil)
    #expect(refusal([1_000, 1_000], .strictlyRising) == .outOfOrder(place: 1))
    #expect(refusal([1_000, 1_000, 999], .rising) == .outOfOrder(place: 2))
    #expect(refusal([], .sumsTo(0)) == nil)
  }
}
