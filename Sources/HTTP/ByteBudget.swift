internal import Synchronization

/// Bytes of unfinished requests and messages that all connections hold at one time.
final class ByteBudget: Sendable {
  private let used = Atomic(0)
  private let limit: Int

  init(_ limit: Int) { self.limit = limit }

  /// What is held now.
  var held: Int { used.load(ordering: .relaxed) }

  /// Counts so many more; false where that is too many: they count until they are given back.
  func take(_ count: Int) -> Bool {
    used.add(count, ordering: .relaxed).newValue <= limit
  }

  func give(_ count: Int) {
    if count > 0 { used.subtract(count, ordering: .relaxed) }
  }
}
