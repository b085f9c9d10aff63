import Primitives
import Testing

@testable import Simulation

/// The naive model of rewards by numbers that a person can check.
@Suite struct StakingModelTests {
  /// 1,000.0000 at 8% alone, with plenty of budget: 2,191 units a day.
  @Test func theCeiling() {
    var model = StakingModel()
    model.open(budget: 657_534_246)
    model.set(1, weight: 10_000_000 * 8_000_000)
    model.advance(to: 86_400)
    #expect(model.pending(1).units == 2_191)
    #expect(model.objection(2_191, of: 1) == nil)
    #expect(model.objection(2_191 + 100, of: 1) != nil)
    #expect(model.objection(2_191 - 100, of: 1) != nil)
    model.take(2_191, of: 1)
    #expect(model.pending(1).units == 0)
  }

  /// Two positions, one of three times the weight, share a budget that is far too small.
  @Test func theBudget() {
    var model = StakingModel()
    model.open(budget: 86_400)
    model.set(1, weight: 1_000_000_000_000_000_000_000)
    model.set(2, weight: 3_000_000_000_000_000_000_000)
    model.advance(to: 40_000)
    #expect(model.objection(10_000, of: 1) == nil)
    #expect(model.objection(30_000, of: 2) == nil)
    #expect(model.objection(10_010, of: 1) != nil)
    model.set(2, weight: 0)
    model.advance(to: 50_000)
    #expect(model.objection(20_000, of: 1) == nil)
    #expect(model.pending(2).units == 0)
  }
}
