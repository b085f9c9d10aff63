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

  @Test("F28 refusals in their order") func refusesInOrder() {
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

  @Test("F28 a change is valid where the definition says so", arguments: Denomination.both)
  func agreesWithTheDefinition(_ at: Denomination) {
    var accepted = 0
    Inputs.each("F28 parameter change", at, seed: 21) { draws, round in
      // Bounds of any size up to the supply, with values near and far from their edges.
      let ends = [draws.number(through: at.supply.units), draws.number(through: at.supply.units)]
      let (low, high) = (min(ends[0], ends[1]), max(ends[0], ends[1]))
      let step = draws.number(through: high - low + 1)
      let cooldown = draws.below(90) * Self.day
      let old = low + draws.number(through: high - low)
      let near = draws.number(through: step + 1)
      let new = draws.below(2) == 0 ? old + near : old - min(old, near)
      let changedAt = draws.below(5) == 0 ? nil : LogicalTime(draws.below(60 * Self.day))
      let time = LogicalTime(draws.below(120 * Self.day))
      let named = ProposalClass(code: UInt32(draws.within(1...3)))
      let change = ParameterChange(
        bounds: ParameterBounds(
          minimum: low, maximum: high, largestStep: step, cooldown: Seconds(cooldown),
          proposalClass: Self.economic),
        old: old, new: new, changedAt: changedAt)
      var isAccepted = true
      do throws(ParameterRefusal) {
        try ParametersRules.check(change, proposalClass: named, at: time)
      } catch { isAccepted = false }
      let (o, n) = (Natural(old), Natural(new))
      let isValid =
        named == Self.economic && Natural(low) <= n && n <= Natural(high)
        && (o > n ? o - n : n - o) <= Natural(step)
        && (changedAt.map { $0.seconds + cooldown <= time.seconds } ?? true)
      require(isAccepted == isValid, round, "\(change) at \(time)")
      if isAccepted { accepted += 1 }
    }
    #expect(accepted > Inputs.wanted / 20)
  }

  @Test("F28 groups change together") func groupsChangeTogether() {
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
