import Synchronization

/// Places that several threads fill, each its own.
final class Slots<Value: Sendable>: Sendable {
  private let storage: Mutex<[Value?]>

  init(count: Int) { storage = Mutex(Array(repeating: nil, count: count)) }

  func set(_ place: Int, _ value: Value) { storage.withLock { $0[place] = value } }

  /// All values in order of their places; places that nobody filled are left out.
  var values: [Value] { storage.withLock { $0.compactMap { $0 } } }
}
