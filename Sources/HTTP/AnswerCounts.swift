internal import Synchronization

/// How many requests were answered with which status, counted by any thread without a lock.
final class AnswerCounts: Sendable {
  private final class Count: Sendable {
    let number = Atomic(0)
  }

  private static let statuses = 101...599
  private let counts = statuses.map { _ in Count() }

  /// What cannot be sent is sent as 500, and counted so.
  func note(_ status: Int) {
    let sent = status == 101 || (200...599).contains(status) ? status : 500
    counts[sent - Self.statuses.lowerBound].number.add(1, ordering: .relaxed)
  }

  var all: [(status: Int, count: Int)] {
    zip(Self.statuses, counts).compactMap { status, count in
      let number = count.number.load(ordering: .relaxed)
      return number == 0 ? nil : (status, number)
    }
  }
}
