import Economy
import EconomyFile
import Ledger
import Primitives

/// Files that a person writes.
enum EconomyTargets {
  static let all = [economy, overlay]

  private static let economy = Target(
    "economy", "an economy file: refused with every problem, or a state that lives for days",
    limit: 65_536, patience: 5,
    seeds: { [Genuine.economies.dta, Genuine.economies.btt].map { Array($0.utf8) } },
    words: { words },
    run: { input in
      guard let text = String(validating: input, as: UTF8.self) else { return .refused }
      return live(text, [])
    })

  private static let overlay = Target(
    "overlay", "a document laid over the DTA economy: the same", limit: 16_384, patience: 5,
    seeds: {
      [Genuine.text("economies/dev.json")].map { Array($0.utf8) }
        + bytes(#"{"grants":[]}"#, #"{"network":{"chainId":1}}"#, #"{"token":{"decimals":18}}"#)
    },
    words: { words },
    run: { input in
      guard let text = String(validating: input, as: UTF8.self) else { return .refused }
      return live(Genuine.economies.dta, [text])
    })

  private static var words: [[UInt8]] {
    bytes(
      "\"0\"", "\"-1\"", "0.1", "1e9", "null", "true", "[]", "{}", "//", "\"P1D\"", "10000",
      "340282366920938463463374607431768211456", "\"user\"", "\"amount\"", "\"bps\"", "\"pools\"",
      "\"staking\"", "\"grants\"", "\"token\"", "\"decimals\"", "\"supply\"", "\"network\"")
  }

  private static func live(_ text: String, _ overlays: [String]) -> Verdict {
    let document: EconomyDocument
    do throws(EconomyFileFailure) {
      document = try EconomyFile.load(text: text, overlays: overlays)
    } catch {
      return error.description.isEmpty ? .broken("a refusal says nothing") : .refused
    }
    let canonical = EconomyFile.text(document)
    guard let again = try? EconomyFile.load(text: canonical), again == document,
      EconomyFile.text(again) == canonical
    else { return .broken("the canonical document is another economy") }
    let genesis = document.genesis()
    var state = EconomyState(genesis: genesis, secret: HashSecret(5, 6))
    var broken = state.invariants()
    for day in 1...3 as ClosedRange<UInt64> where broken.isEmpty {
      _ = state.beginBlock(height: day, time: genesis.time + Seconds(day * Seconds.day.count))
      broken = state.invariants()
    }
    return .unless(!broken.isEmpty, broken.joined(separator: "; "))
  }
}
