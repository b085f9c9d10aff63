import Economy
import Ledger
import Primitives
import Testing

@testable import Simulation

/// Random life of all modules beside their models, on both economies.
@Suite struct LifeTests {
  static func live(_ economy: String, days: Int, seed: UInt64) throws -> LifeSummary {
    let text = try #require(GoldenRunnerTests.file("economies/\(economy).json"))
    var life = try Life(text: text, accounts: 80, seed: seed, secret: HashSecret(seed, 9))
    return life.run(days: days, operationsADay: 60) { _ in }
  }

  @Test("edge case 3: forty days of random life, every unit funded", arguments: ["dta", "btt"])
  func fortyDays(_ economy: String) throws {
    let summary = try Self.live(economy, days: 40, seed: 11)
    #expect(summary.faults.isEmpty, "\(summary.faults)")
    #expect(summary.isFunded)
    #expect(summary.succeeded > summary.asked / 3)
    #expect(summary.paid > 0)
    let month = try #require(summary.months.first)
    #expect(month.positions > 0 && month.coverage > 0)
  }

  @Test("edge case 15: the seed decides every state root")
  func theSeedDecides() throws {
    let first = try Self.live("btt", days: 4, seed: 1)
    let again = try Self.live("btt", days: 4, seed: 1)
    let other = try Self.live("btt", days: 4, seed: 2)
    #expect(first.dailyRoots == again.dailyRoots)
    #expect(first.stateRoot == again.stateRoot)
    #expect(first.dailyRoots != other.dailyRoots)
  }

  @Test func everyModuleHasAWorkload() throws {
    let text = try #require(GoldenRunnerTests.file("economies/dta.json"))
    let workloads = Life.workloads(of: text)
    for module in Registry.modules {
      #expect(
        workloads.count { type(of: $0).module == module.number } == 1,
        "give \(module.name) a workload in Workloads.all")
    }
    #expect(workloads.allSatisfy { $0.share > 0 })
  }
}
