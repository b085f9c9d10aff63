internal import Economy
internal import Engine
internal import Primitives
internal import Synchronization

/// Tells everybody who listens that there is something new. What it is each reads from the chain's
/// own memory, from its own place on: there is one copy of the news and no queue a listener, so
/// that one who is slow costs nothing, and is behind, not in the way.
public final class Broadcast: Sendable {
  private struct State {
    var wakes: [UInt64: @Sendable () -> Void] = [:]
    var last: UInt64 = 0
    var heeding = 0
  }

  let rpc: JSONRPC
  private let state = Mutex(State())
  private let watch: ChainWatch
  /// Seconds after which listeners are woken although nothing is new.
  let heartbeat: UInt64

  /// - Parameter heartbeat: seconds after which listeners are woken although nothing is new.
  public init(_ rpc: JSONRPC, heartbeat: UInt64 = 15) {
    self.rpc = rpc
    watch = rpc.chain.watch()
    self.heartbeat = heartbeat
  }

  /// How many listen.
  public var count: Int { state.withLock { $0.wakes.count } }

  /// Waits for news, or for the time of a heartbeat, and wakes everybody; called again and again on
  /// one thread.
  public func publish() {
    watch.wait(nanoseconds: heartbeat * 1_000_000_000)
    let wakes = state.withLock { Array($0.wakes.values) }
    for wake in wakes { wake() }
  }

  /// Has `publish` return.
  public func interrupt() { watch.wake() }

  /// A conversation over a socket.
  public func session() -> RPCSession { RPCSession(self) }

  func add(_ wake: @escaping @Sendable () -> Void) -> UInt64 {
    state.withLock { state in
      state.last += 1
      state.wakes[state.last] = wake
      return state.last
    }
  }

  func remove(_ number: UInt64) { state.withLock { _ = $0.wakes.removeValue(forKey: number) } }

  /// Counts those who want to hear of accepted transactions: where nobody does, none is woken.
  func heedArrivals(_ change: Int) {
    let heeds = state.withLock { state in
      state.heeding += change
      return state.heeding > 0
    }
    watch.heedArrivals(heeds)
  }
}

/// The next block for somebody who has read up to a place.
enum NextBlock {
  case block(Block)
  case upToDate
  /// Further behind than is allowed, or than memory holds.
  case lost
}

extension Chain {
  /// - Parameter patience: how many blocks the reader may be behind.
  func next(_ place: LogPlace, patience: Height) -> NextBlock {
    let head = head.height
    guard place.height <= head else { return .upToDate }
    guard head - place.height < patience, let block = block(place.height) else { return .lost }
    return .block(block)
  }
}
