public import Cryptography
public import EconomyFile
public import Engine
internal import Glibc
internal import HTTP
internal import Interface
public import Ledger
public import Primitives
internal import Storage

/// A node at work: engine, interface and HTTP over one data folder.
public final class RunningNode: Sendable {
  /// The economy it runs.
  public let document: EconomyDocument
  /// State, recent blocks and pool, for readers.
  public let chain: Chain
  /// What replaying the journal found.
  public let recovery: ReplaySummary
  /// The public key of the block log's checkpoints.
  public var logKey: NoteKey { log.key }
  private let sequencer: SoloSequencer
  private let history: History<RealDisk>?
  private let log: BlockLog<RealDisk>
  /// Nil where it is switched off.
  let index: TransactionIndex?
  private let publisher: Publisher
  let server: HTTPServer
  let gate: NodeGate
  let limits: ClientLimits
  let metrics: NodeMetrics
  let configuration: NodeConfiguration
  private let lock: FolderHolder

  /// The port that it listens on, also where the configuration said 0.
  public var port: UInt16 { server.port }

  /// Whether clients have to speak TLS.
  public var speaksTLS: Bool { configuration.certificate != nil }

  /// Opens the folder, listens, starts from its newest checkpoint, replays the rest of the journal
  /// and starts to serve; until then it answers that it is not ready. Blocks from before the
  /// checkpoint are read back meanwhile.
  /// - Parameters:
  ///   - skipped: called with each checkpoint that cannot be used.
  ///   - progress: called with the height reached while replaying.
  ///   - notify: what the engine tells besides blocks; after `.failed` the process must end.
  public init(
    folder: DataFolder, configuration: NodeConfiguration,
    skipped: (CheckpointFailure) -> Void = { _ in }, progress: (Height) -> Void,
    notify: @escaping @Sendable (EngineNotice) -> Void
  ) throws(NodeFailure) {
    do throws(StorageFailure) {
      lock = FolderHolder(try FolderLock(folder.disk))
    } catch {
      throw .storage(error)
    }
    let document: EconomyDocument
    do throws(DataFolderFailure) {
      document = try folder.document()
    } catch {
      throw .folder(error)
    }
    self.document = document
    let metrics = NodeMetrics(folder.disk)
    self.metrics = metrics
    self.configuration = configuration
    let limits = ClientLimits(configuration.rates, isBehindProxy: configuration.isBehindProxy)
    self.limits = limits
    let notify: @Sendable (EngineNotice) -> Void = {
      metrics.take($0)
      notify($0)
    }
    let gate = NodeGate(metrics, tellsEveryone: configuration.tellsMetrics)
    self.gate = gate
    server = try Self.listen(configuration, gate, limits)
    metrics.watch(limits)
    do throws(NodeFailure) {
      (chain, recovery, history, log, index, sequencer, publisher) = try Self.start(
        folder, document, configuration, gate, limits, skipped, progress, notify)
    } catch {
      server.stop()
      gate.close()
      throw error
    }
    history?.start()
  }

  private static func listen(
    _ configuration: NodeConfiguration, _ gate: NodeGate, _ limits: ClientLimits
  ) throws(NodeFailure) -> HTTPServer {
    let http: HTTPConfiguration
    do throws(DataFolderFailure) {
      http = try configuration.http { limits.admit($0) }
    } catch {
      throw .folder(error)
    }
    let server = HTTPServer(configuration: http, answering: { request in gate.answer(request) })
    gate.serves(server)
    do throws(HTTPServerFailure) {
      try server.start()
    } catch {
      gate.close()
      throw .http(error)
    }
    return server
  }

  private typealias Parts = (
    Chain, ReplaySummary, History<RealDisk>?, BlockLog<RealDisk>, TransactionIndex?,
    SoloSequencer, Publisher
  )

  /// Brings the chain up and opens the gate to it.
  private static func start(
    _ folder: DataFolder, _ document: EconomyDocument, _ configuration: NodeConfiguration,
    _ gate: NodeGate, _ limits: ClientLimits, _ skipped: (CheckpointFailure) -> Void,
    _ progress: (Height) -> Void,
    _ notify: @escaping @Sendable (EngineNotice) -> Void
  ) throws(NodeFailure) -> Parts {
    let chain = Chain(
      genesis: document.genesis(), secret: .random(), memory: configuration.memoryBytes,
      pool: configuration.pool)
    chain.accountAllowance = configuration.accountAllowance
    let machine: Machine<RealDisk>
    do throws(ReplayFailure) {
      gate.starts("replaying: height 0")
      machine = try Recovery.open(chain, disk: folder.disk, skipped: skipped) { height in
        gate.starts("replaying: height \(height)")
        progress(height)
      }
    } catch {
      throw .replay(error)
    }
    let recovery = machine.recovered
    let history = machine.history(notify: notify)
    let log = try Self.log(chain, folder, notify)
    let index =
      configuration.keepsIndex
      ? TransactionIndex(chain, disk: folder.disk) { notify(.index($0)) } : nil
    gate.indexes(index)
    let clock = document.network.development ? try Self.clock(folder.disk) : nil
    let advance = clock.map { clock in
      { @Sendable (seconds: Seconds) -> Result<LogicalTime, AdvanceRefusal> in
        let result = clock.advance(by: seconds)
        if case .success = result { chain.askForBlock() }
        return result
      }
    }
    let now: @Sendable () -> UInt64 = { clock?.now() ?? SystemClock().now() }
    let router = Router(
      chain,
      Configuration(
        version: Version.text, clientVersion: "Freehold/\(Version.text)/linux/swift",
        development: document.network.development ? DevelopmentKeys.published() : nil,
        advance: advance, transport: configuration.transport,
        log: LogAccess(
          key: log.key.text, origin: log.key.name, file: { log.file($0) },
          inclusion: { (height) throws(TileFailure) in try log.inclusion(of: height) }),
        archive: index?.archive, now: now))
    let sequencer = SoloSequencer(chain: chain)
    if let clock {
      sequencer.start(
        machine, clock: clock, checkpoints: configuration.checkpoints, notify: notify)
    } else {
      sequencer.start(
        machine, clock: SystemClock(), checkpoints: configuration.checkpoints, notify: notify)
    }
    log.start()
    index?.start()
    let broadcast = Broadcast(router.rpc)
    let publisher = Publisher(broadcast)
    publisher.start()
    let door = PublicDoor(router, broadcast, limits)
    gate.open(router, now: now) { door.answer($0) }
    return (chain, recovery, history, log, index, sequencer, publisher)
  }

  private static func log(
    _ chain: Chain, _ folder: DataFolder, _ notify: @escaping @Sendable (EngineNotice) -> Void
  ) throws(NodeFailure) -> BlockLog<RealDisk> {
    do throws(DataFolderFailure) {
      let signer = try folder.logSigner(BlockLog<RealDisk>.origin(chain))
      return BlockLog(chain, disk: folder.disk, signer: signer) { notify(.log($0)) }
    } catch {
      throw .folder(error)
    }
  }

  private static func clock(_ disk: RealDisk) throws(NodeFailure) -> DevelopmentClock {
    do throws(DataFolderFailure) {
      return try DevelopmentClock(disk)
    } catch {
      throw .folder(error)
    }
  }

  /// Takes nothing in any more, lets what was accepted become blocks and clients read of it,
  /// answers what is under way, closes the journal with a mark that covers everything, and
  /// publishes the block log.
  /// - Parameter seconds: how long clients may still read while blocks are made of what waits.
  public func stop(drain seconds: UInt64 = 10) {
    gate.drain()
    chain.stopIntake()
    var left = seconds * 200
    while left > 0, !chain.isSettled {
      usleep(5_000)
      left -= 1
    }
    server.stop()
    publisher.stop()
    gate.close()
    history?.stop()
    sequencer.stop()
    log.stop()
    index?.stop()
  }

  /// Reads the certificate's files again and shows what they hold to whoever connects from now on.
  /// Throws, and changes nothing, where they cannot be used or the node was started without.
  public func renewCertificate() throws(DataFolderFailure) {
    guard let files = configuration.certificate else {
      throw DataFolderFailure(
        "this node has no certificate to read again: it was started without --tls-certificate")
    }
    server.renew(try files.load())
  }

  /// Returns once the engine has let go of the state, which it does between two blocks: a watchdog
  /// that waits here sees an engine that hangs.
  public func touch() { chain.withState { _ in } }
}

/// Keeps the folder's lock for as long as the node lives.
private final class FolderHolder: Sendable {
  private let lock: FolderLock<RealDisk>

  init(_ lock: consuming FolderLock<RealDisk>) { self.lock = lock }
}

extension HashSecret {
  /// Words that nobody outside this process can know.
  public static func random() -> HashSecret {
    HashSecret(UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max))
  }
}
