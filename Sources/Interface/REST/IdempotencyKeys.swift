internal import Primitives
internal import Synchronization

/// Remembers what was answered under each `Idempotency-Key`, so that a request which is sent again,
/// because its answer was lost, gets the same answer. In memory and bounded: the oldest go first.
/// A transaction is safe against repetition in any case, by its nonce.
final class IdempotencyKeys: Sendable {
  /// How many keys are remembered.
  static let capacity = 4_096
  /// Bytes of a key.
  static let keyBytes = 255

  private enum Entry {
    case running(Digest)
    case answered(Digest, RESTAnswer)
  }

  private struct Memory {
    var entries: [String: Entry] = [:]
    /// Keys in order of their first use, from `start` on.
    var order: [String] = []
    var start = 0
  }

  private let memory = Mutex(Memory())
  private let capacity: Int

  init(capacity: Int = IdempotencyKeys.capacity) { self.capacity = capacity }

  /// What is to be done with a request under a key.
  enum Decision: Sendable {
    case run
    case repeated(RESTAnswer)
    case otherBody
    case underWay
  }

  /// Claims the key for a body, by its digest.
  func claim(_ key: String, _ body: Digest) -> Decision {
    memory.withLock { memory in
      switch memory.entries[key] {
      case .running(let known)?: return known == body ? .underWay : .otherBody
      case .answered(let known, let response)?:
        return known == body ? .repeated(response) : .otherBody
      case nil:
        memory.entries[key] = .running(body)
        memory.order.append(key)
        while memory.order.count - memory.start > capacity {
          memory.entries[memory.order[memory.start]] = nil
          memory.start += 1
        }
        if memory.start > capacity {
          memory.order.removeFirst(memory.start)
          memory.start = 0
        }
        return .run
      }
    }
  }

  /// Keeps the answer to a claimed request.
  func keep(_ key: String, _ body: Digest, _ answer: RESTAnswer) {
    memory.withLock { memory in
      guard case .running(body)? = memory.entries[key] else { return }
      memory.entries[key] = .answered(body, answer)
    }
  }

  /// Frees a claimed key, so that the request may be sent again.
  func release(_ key: String, _ body: Digest) {
    memory.withLock { memory in
      guard case .running(body)? = memory.entries[key] else { return }
      memory.entries[key] = nil
      if let place = memory.order.lastIndex(of: key), place >= memory.start {
        memory.order.remove(at: place)
      }
    }
  }
}
