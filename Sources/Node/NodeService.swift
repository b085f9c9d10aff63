internal import Economy
internal import Engine
internal import Glibc
internal import HTTP
public import Primitives
internal import Storage
internal import Synchronization

/// A node as a service: its events in the log, its standing told to the service manager.
public final class NodeService: Sendable {
  private let log: EventLog
  private let manager: Supervisor?
  private let drain: UInt64
  private let isOver = Atomic(false)
  private let threads = Mutex<[Worker]>([])
  private let admin = Mutex<AdminDoor?>(nil)

  /// - Parameter drain: seconds that a stop lets clients read.
  public init(log: EventLog, manager: Supervisor?, drain: UInt64) {
    self.log = log
    self.manager = manager
    self.drain = drain
  }

  /// Starts the node on a folder.
  /// - Parameter progress: called with the height reached while replaying.
  public func start(
    _ folder: DataFolder, _ configuration: NodeConfiguration, progress: (Height) -> Void
  ) throws(NodeFailure) -> RunningNode {
    log.write(
      LogEvent(
        .info, "starting", [("version", .text(Version.text)), ("data", .text(folder.path))]))
    manager?.starting("opening the data folder", seconds: 60)
    let (log, manager) = (log, manager)
    return try RunningNode(
      folder: folder, configuration: configuration,
      skipped: { failure in
        log.write(LogEvent(.warning, "checkpoint-skipped", [("message", .text(failure.text))]))
      },
      progress: { height in
        manager?.starting("replaying the journal, height \(height)", seconds: 60)
        progress(height)
      },
      notify: { notice in
        if case .failed = notice {
          // The state is ahead of the journal: nothing may be answered from it any more.
          log.writeNow(LogEvent(notice))
          _exit(1)
        }
        log.write(LogEvent(notice))
      })
  }

  /// Tells that the node takes work, and goes on telling that it lives.
  public func ready(_ node: RunningNode) {
    let head = node.chain.head
    let recovery = node.recovery
    log.write(
      LogEvent(
        .info, "ready",
        [
          ("port", .number(UInt64(node.port))), ("chainId", .number(node.chain.genesis.chainID)),
          ("height", .number(head.height)), ("checkpoint", .number(recovery.startedFrom)),
          ("replayedBlocks", .number(recovery.blocks)), ("bytesCut", .number(recovery.bytesCut)),
        ]))
    manager?.ready("height \(head.height)")
    if let manager, let interval = manager.watchdog {
      follow("watchdog", every: max(1_000, interval / 2)) {
        node.touch()
        manager.alive()
      }
    }
    let log = log
    let summary = Mutex(BlockSummary(node.chain))
    follow("block summaries", every: 1_000_000) {
      // An operator may want them from now on.
      guard log.takes(.debug) else { return }
      if let event = summary.withLock({ $0.next(node.chain) }) { log.write(event) }
    }
  }

  /// Opens the operator's door.
  /// - Parameters:
  ///   - path: where; nil for `admin.sock` in the data folder, without which the node still works.
  ///   - stop: begins an orderly end of the process and returns.
  public func openAdmin(
    _ node: RunningNode, _ folder: DataFolder, path: String?,
    stop: @escaping @Sendable () -> Void
  ) throws(NodeFailure) {
    do throws(HTTPServerFailure) {
      let door = try AdminDoor(
        node, log: log, path: path ?? "\(folder.path)/\(DataFolder.adminSocket)", stop: stop)
      admin.withLock { $0 = door }
    } catch {
      guard path == nil else { throw .http(error) }
      log.write(
        LogEvent(
          .warning, "admin-closed",
          [
            (
              "message",
              .text("no operator's socket: \(error.description): name one with --admin-socket")
            )
          ]))
    }
  }

  /// Reads the certificate again, as an operator asks for by a signal; tells what became of it.
  public func renewCertificate(_ node: RunningNode) {
    do throws(DataFolderFailure) {
      try node.renewCertificate()
      log.write(LogEvent(.info, "certificate", [("message", .text("read again"))]))
    } catch {
      log.write(LogEvent(.warning, "certificate-kept", [("message", .text(error.text))]))
    }
  }

  /// Ends the node in order; the process may end when it returns.
  public func stop(_ node: RunningNode) {
    manager?.stopping("draining", seconds: drain + 30)
    let waiting = node.chain.waitingSize.count
    log.write(LogEvent(.info, "stopping", [("waiting", .number(UInt64(waiting)))]))
    node.stop(drain: drain)
    let door = admin.withLock { admin in
      defer { admin = nil }
      return admin
    }
    door?.stop()
    isOver.store(true, ordering: .relaxed)
    for thread in threads.withLock({ $0 }) { thread.join() }
    log.write(LogEvent(.info, "stopped", [("height", .number(node.chain.head.height))]))
    log.stop()
  }

  /// Does something again and again on a thread of its own.
  private func follow(
    _ name: String, every microseconds: UInt64, _ body: @escaping @Sendable () -> Void
  ) {
    let thread = Worker(name) { [self] in
      var left: UInt64 = 0
      while !isOver.load(ordering: .relaxed) {
        if left == 0 {
          body()
          left = microseconds
        }
        // In short naps, so that a stop does not wait.
        let nap = min(left, 50_000)
        usleep(UInt32(nap))
        left -= nap
      }
    }
    threads.withLock { $0.append(thread) }
  }
}

/// What blocks were made since the last look.
private struct BlockSummary {
  private var height: Height
  private var counts: [UInt64]

  init(_ chain: Chain) {
    height = chain.head.height
    counts = Self.counts(chain)
  }

  private static func counts(_ chain: Chain) -> [UInt64] {
    let meter = chain.meter
    return [meter.succeeded.value, meter.reverted.value, meter.journalBytes.value]
  }

  /// Nil where there was none.
  mutating func next(_ chain: Chain) -> LogEvent? {
    let (head, now) = (chain.head.height, Self.counts(chain))
    guard head > height else { return nil }
    defer { (height, counts) = (head, now) }
    return LogEvent(
      .debug, "blocks",
      [
        ("from", .number(height + 1)), ("to", .number(head)),
        ("succeeded", .number(now[0] - counts[0])), ("reverted", .number(now[1] - counts[1])),
        ("journalBytes", .number(now[2] - counts[2])),
        ("waiting", .number(UInt64(chain.waitingSize.count))),
      ])
  }
}
