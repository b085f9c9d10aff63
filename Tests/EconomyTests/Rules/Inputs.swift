import Foundation
import Testing

/// How many random inputs a formula is tried on, and that it was.
///
/// FREEHOLD_INPUTS says how many; without it a few thousand, for every-day work. Every run prints
/// its number, so that a short one is not taken for a long one.
enum Inputs {
  static let wanted: Int = {
    let text = ProcessInfo.processInfo.environment["FREEHOLD_INPUTS"]
    return text.flatMap { Int($0) }.map { max(1, $0) } ?? 3_000
  }()

  /// Tries `body` until it has compared as many inputs as are wanted: an input that it discards
  /// does not count and is drawn anew. More than three discarded of four, or fewer inputs than
  /// wanted, fail the test.
  static func each(
    _ formula: String, _ at: Denomination, seed: UInt64,
    _ location: SourceLocation = #_sourceLocation,
    _ body: (_ draws: inout Draws, _ round: Int) throws -> Void
  ) rethrows {
    let began = ContinuousClock.now
    var draws = Draws(seed ^ UInt64(at.decimals) << 32)
    var compared = 0
    var round = 0
    while compared < wanted && round < wanted * 4 {
      try body(&draws, round)
      round += 1
      if !draws.takeDiscarded() { compared += 1 }
    }
    report(formula, at, compared, began.duration(to: .now), location)
  }

  /// Prints what a formula was tried on, and fails where that is less than wanted.
  static func report(
    _ formula: String, _ at: Denomination, _ compared: Int, _ taken: Duration,
    _ location: SourceLocation = #_sourceLocation
  ) {
    let seconds = Double(taken.components.seconds) + Double(taken.components.attoseconds) / 1e18
    print(
      "formula \(formula), \(at.name) \(at.decimals) decimals: \(compared) inputs in "
        + String(format: "%.1f s", seconds))
    if compared < wanted {
      Issue.record(
        "\(formula) was compared on \(compared) of \(wanted) inputs", sourceLocation: location)
    }
  }
}
