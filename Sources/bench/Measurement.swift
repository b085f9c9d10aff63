import Glibc

/// What one repetition of a case measured.
struct Sample {
  /// In the case's unit.
  var value: Double
  /// How many operations were counted.
  var count: Int
  /// Microseconds of each operation, where the case measures single ones.
  var latencies: [Double] = []
}

/// All repetitions of a case.
struct Measurement {
  let name: String
  let unit: String
  let note: String
  var samples: [Sample] = []

  /// Nil before the first repetition.
  var values: [Double] { samples.map(\.value) }
  var median: Double { Order.median(values) }
  var minimum: Double { values.min() ?? 0 }
  var maximum: Double { values.max() ?? 0 }
  /// Operations of one repetition.
  var count: Int { samples.last?.count ?? 0 }
  /// One slow repetition out of several is enough to distrust the figure.
  var isNoisy: Bool { minimum > 0 && maximum / minimum > 1.5 }

  /// Microseconds; nil where the case measures no single operations.
  func latency(_ percent: Int) -> Double? {
    let all = samples.flatMap(\.latencies)
    return all.isEmpty ? nil : Order.percentile(all, percent)
  }
}

/// A case against its anchor: the median over the rounds of what both gave in the same round.
struct Ratio {
  let name: String
  let perRound: [Double]
  let goal: String

  var median: Double { Order.median(perRound) }
  var minimum: Double { perRound.min() ?? 0 }
  var maximum: Double { perRound.max() ?? 0 }
}

/// Order statistics.
enum Order {
  static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  static func percentile(_ values: [Double], _ percent: Int) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
  }
}

/// Seconds that never go back.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Seconds that `body` takes.
func seconds<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) -> Double {
  let start = now()
  try body()
  return now() - start
}

/// Writes to standard error; nobody waits for it.
func complain(_ text: String) {
  let bytes = Array(text.utf8)
  _ = write(STDERR_FILENO, bytes, bytes.count)
}
