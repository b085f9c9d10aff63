import Glibc
import Primitives

/// Runs inputs through targets outside libFuzzer: files, seeds, and blind mutations for a time.
enum Driver {
  /// What came of many inputs.
  struct Tally {
    var executions = 0
    var accepted = 0
    var slowest: UInt64 = 0
    /// The first input that broke something, and what it broke.
    var broken: (input: [UInt8], text: String)?
  }

  /// Runs one input; false once something broke.
  static func run(_ input: [UInt8], _ target: Target, _ tally: inout Tally) -> Bool {
    let begun = nanoseconds()
    let verdict = target.run(input)
    let taken = nanoseconds() - begun
    tally.executions += 1
    tally.slowest = max(tally.slowest, taken)
    switch verdict {
    case .refused: break
    case .accepted: tally.accepted += 1
    case .broken(let text): tally.broken = (input, text)
    }
    return tally.broken == nil
  }

  /// Seeds and the given inputs, then mutations of them until the time or the count is over.
  static func run(
    _ target: Target, inputs: [[UInt8]], seconds: UInt64, executions: Int = .max, seed: UInt64
  ) -> Tally {
    var tally = Tally()
    let all = target.seeds() + inputs
    // The first brings up what the target leans on, before anything is measured.
    if let first = all.first { _ = target.run(first) }
    for input in all where !run(input, target, &tally) { return tally }
    var mutator = Mutator(target, seed: seed)
    let end = nanoseconds() + seconds * 1_000_000_000
    while tally.executions < executions, nanoseconds() < end {
      let input = mutator.next(of: all)
      // The process may end within: then this is what it ended on.
      if let path = getenv("FUZZ_LAST") { _ = InputFile.write(String(cString: path), input) }
      if !run(input, target, &tally) { break }
    }
    return tally
  }

  static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
