import EconomyFile
import Foundation
import Primitives
import Testing

/// The economy files of the repository, as texts.
enum Economies {
  static func text(_ name: String) -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let path = folder.appendingPathComponent("economies/\(name).json").path
    return FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
      ?? ""
  }

  static let dta = text("dta")
  static let btt = text("btt")
}

@Suite struct EconomyFileTests {
  @Test func loadsDTA() throws {
    let economy = try EconomyFile.load(text: Economies.dta)
    #expect(economy.wallets.count == 28)
    #expect(economy.wallets.reduce(Amount.zero) { $0 + $1.amount } == Amount(10_000_000_000_000))
  }
  @Test func loadsBTT() throws {
    let economy = try EconomyFile.load(text: Economies.btt)
    #expect(
      economy.wallets.reduce(Amount.zero) { $0 + $1.amount }
        == Amount(21_000_000_000_000_000_000_000_000))
  }
}
