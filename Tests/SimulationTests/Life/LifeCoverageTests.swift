import Economy
import Ledger
import Testing

@testable import Simulation

/// Random life leaves out no operation: every declared call is asked, takes effect in one of the
/// economies, and is announced by an event whenever it does.
@Suite struct LifeCoverageTests {
  private static func uses(_ economy: String) throws -> [UInt16: World.Use] {
    let text = try #require(GoldenRunnerTests.file("economies/\(economy).json"))
    var life = try Life(text: text, accounts: 60, seed: 5, secret: HashSecret(4, 9))
    let summary = life.run(days: 45, operationsADay: 220) { _ in }
    #expect(summary.faults.isEmpty, "\(summary.faults)")
    return life.uses
  }

  @Test("every operation has a workload that makes it happen, and an event whenever it does")
  func everyOperationLives() throws {
    let economies = [try Self.uses("dta"), try Self.uses("btt")]
    for module in Registry.modules {
      for (place, call) in module.calls.enumerated() {
        let key = UInt16(module.number) << 8 | UInt16(place)
        let uses = economies.compactMap { $0[key] }
        let name = "\(module.name).\(call.signature)"
        #expect(!uses.isEmpty, "no workload asks for \(name)")
        let succeeded = uses.reduce(0) { $0 + $1.succeeded }
        #expect(succeeded > 0, "no workload brings \(name) about")
        let silent = uses.reduce(0) { $0 + $1.silent }
        #expect(silent == 0, "\(name) took effect \(silent) times without an event")
      }
    }
  }
}
