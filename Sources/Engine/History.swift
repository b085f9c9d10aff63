internal import Economy
internal import Ledger
public import Primitives
public import Storage
internal import Synchronization

/// How far the reading back of old blocks has come.
public struct HistoryProgress: Sendable, Equatable {
  /// The height executed last.
  public let reached: Height
  /// The height to which it goes: the checkpoint that the node started from.
  public let end: Height
}

/// Makes the blocks from before the starting checkpoint readable again, with receipts and logs, as
/// they are after a replay of the whole journal: it executes them again on a second state, on one
/// thread, while the chain goes on.
///
/// It begins at the newest older checkpoint behind which there is enough to fill the memory for
/// recent blocks, or else at genesis, or where the journal begins. Every block's receipts are
/// checked, state roots now and then, and at the end the block and the state root of the starting
/// checkpoint itself: so an unnoticed difference between checkpoint and journal is found here.
public final class History<D: Disk>: Sendable {
  /// Tells a replay to end although nothing is wrong.
  private struct Stopped: Error {}

  private let chain: Chain
  private let disk: D
  private let end: Height
  private let notify: @Sendable (EngineNotice) -> Void
  private let isStopping = Mutex(false)
  private let worker: Mutex<Worker?> = Mutex(nil)

  /// - Parameter end: the height of the checkpoint that the chain started from.
  init(
    _ chain: Chain, disk: D, until end: Height,
    notify: @escaping @Sendable (EngineNotice) -> Void
  ) {
    self.chain = chain
    self.disk = disk
    self.end = end
    self.notify = notify
    chain.reads(HistoryProgress(reached: 0, end: end))
  }

  /// Begins; call once.
  public func start() {
    let thread = Worker("history") { [self] in
      Worker.yieldToOthers()
      run()
    }
    worker.withLock { $0 = thread }
  }

  /// Ends the thread, after the block it may be at.
  public func stop() {
    isStopping.withLock { $0 = true }
    join()
  }

  /// Waits until everything has been read back.
  func join() {
    let thread = worker.withLock { worker in
      defer { worker = nil }
      return worker
    }
    thread?.join()
  }

  private func run() {
    defer { chain.reads(nil) }
    do {
      // The block of the start itself is made again too, for comparison.
      let second = Chain(
        genesis: chain.genesis, secret: chain.secret,
        memory: chain.room + (chain.block(end)?.footprint ?? 0))
      guard try replay(second) else { return }
      var height = end
      while height > second.firstHeight, !isStopping.withLock({ $0 }) {
        height -= 1
        guard let block = second.block(height), chain.prepend(block) else { return }
      }
    } catch is Stopped {
      // The node ends.
    } catch {
      notify(.historyFailed(ReplayFailure(error).text))
    }
  }

  /// Executes everything up to `end` on a second chain; false where there is nothing to read.
  private func replay(_ second: Chain) throws -> Bool {
    let reader = JournalReader(
      disk, Recovery.settings(second, segmentBytes: JournalSettings.productionSegmentBytes))
    guard let begin = try begin(second, reader.segments()) else { return false }
    var executor = Executor()
    _ = try reader.walk(from: begin.journal, through: end) { record in
      if isStopping.withLock({ $0 }) { throw Stopped() }
      let block = try BlockRecord(record)
      if record.height == begin.height { return block.header.hash }
      let isLast = record.height == end
      try second.replay(
        block, Recovery.trusted(block, second), executor: &executor,
        roots: isLast || record.height % Recovery.rootInterval == 0
          ? .compute : .trust(block.header.stateRoot))
      if record.height % 64 == 0 {
        chain.reads(HistoryProgress(reached: record.height, end: end))
      }
      return second.head.hash
    }
    guard let known = chain.block(end), second.head.hash == known.hash else {
      throw ReplayFailure.outcome(height: end, field: "block than the checkpoint")
    }
    return true
  }

  /// Puts the second chain where the reading begins; nil where no older block is left.
  private func begin(
    _ second: Chain, _ segments: [Height]
  ) throws -> (height: Height, journal: JournalStart?)? {
    guard let first = segments.first, first <= end else { return nil }
    let points = try Checkpoints.list(disk).filter { $0 < end && $0 + 1 >= first }
    // A block takes more memory than its record takes of the journal, so whole segments of as many
    // bytes as there is room for are enough.
    let enough = points.last { point in
      let whole = segments.filter { $0 > point && $0 <= end }.count - 1
      return whole > 0 && whole >= chain.room / Int(JournalSettings.productionSegmentBytes) + 1
    }
    if enough == nil, first == 1 { return (0, nil) }
    for point in points where point >= enough ?? 0 {
      if isStopping.withLock({ $0 }) { throw Stopped() }
      do throws(CheckpointFailure) {
        let reader = try CheckpointFile.reader(point, of: chain.genesis, disk: disk)
        let loaded = try CheckpointFile.load(
          reader, genesis: chain.genesis, secret: chain.secret,
          authenticator: chain.authenticator)
        let start = JournalStart(height: point, digest: loaded.head.hash)
        second.restart(from: loaded)
        return (point, start)
      } catch {
        notify(.historyFailed(error.text))
      }
    }
    return first == 1 ? (0, nil) : nil
  }
}
