internal import Engine

/// How often each method was asked for. A name that no method has counts as `other`, so that
/// clients cannot make up new ones without end.
public final class MethodCalls: Sendable {
  /// What names that no method has are counted as.
  public static let other = "other"

  private let counters = [String: Counter](
    (JSONRPC.methods + [other]).map { ($0, Counter()) }, uniquingKeysWith: { first, _ in first })

  init() {}

  func note(_ request: Request) {
    let known = request.method.flatMap { counters[$0] } ?? counters[Self.other]
    known?.add()
  }

  /// Every method with its count, by name.
  public var all: [(method: String, count: UInt64)] {
    counters.map { (method: $0.key, count: $0.value.value) }.sorted { $0.method < $1.method }
  }
}
