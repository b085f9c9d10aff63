internal import Economy
internal import Engine
internal import Glibc
internal import HTTP
internal import Interface
internal import Ledger
internal import Primitives
internal import Storage
internal import Synchronization

/// What `GET /metrics` tells: read when asked, so that it costs nothing otherwise.
final class NodeMetrics: Sendable {
  private struct Checkpoint {
    var height: Height
    var time: UInt64
  }

  private let disk: RealDisk
  private let started = SystemClock().now()
  private let checkpoint: Mutex<Checkpoint?>
  /// Set once, before the first block is served.
  private let index = Mutex<TransactionIndex?>(nil)
  /// Set once, before the first request.
  private let limits = Mutex<ClientLimits?>(nil)

  init(_ disk: RealDisk) {
    self.disk = disk
    checkpoint = Mutex(Self.newest(disk))
  }

  /// Takes what the engine tells beside its counters.
  func take(_ notice: EngineNotice) {
    if case .checkpointed(let height, _) = notice {
      checkpoint.withLock { $0 = Checkpoint(height: height, time: SystemClock().now()) }
    }
  }

  func indexes(_ index: TransactionIndex?) { self.index.withLock { $0 = index } }

  func watch(_ limits: ClientLimits) { self.limits.withLock { $0 = limits } }

  /// The newest checkpoint's height, and when it was written.
  var newestCheckpoint: (height: Height, time: UInt64)? {
    checkpoint.withLock { $0.map { ($0.height, $0.time) } }
  }

  /// When the process began, in seconds since 1970.
  var startTime: UInt64 { started }

  private static func newest(_ disk: RealDisk) -> Checkpoint? {
    guard let height = try? Checkpoints.newest(disk) else { return nil }
    var status = stat()
    guard stat("\(disk.folder)/\(Checkpoints.file(height))", &status) == 0 else { return nil }
    return Checkpoint(height: height, time: UInt64(clamping: status.st_mtim.tv_sec))
  }

  /// The process, the transport and the folder; and the chain where there is one.
  func text(_ server: HTTPServer?, _ router: Router?, reason: String?, now: UInt64) -> [UInt8] {
    var text = MetricsText()
    text.family("freehold_build_info", .gauge, "The program's version; always 1.")
    text.sample("freehold_build_info", [("version", Version.text)], "1")
    text.gauge(
      "freehold_ready", "1 where the node takes work, 0 where /readyz says why not.",
      reason == nil ? 1 : 0)
    if let server { transport(server, &text) }
    if let limits = limits.withLock({ $0 }) {
      text.counter(
        "freehold_rate_limited_total", "Requests that were more than their client may ask for.",
        limits.refused.value)
      text.gauge(
        "freehold_rate_clients", "Clients whose use is remembered.", UInt64(limits.clients))
    }
    process(&text)
    folder(&text)
    if let router {
      chain(router.rpc.chain, now: now, &text)
      engine(router.rpc.chain, &text)
      if let index = index.withLock({ $0 }) { index.tell(&text) }
      text.family(
        "freehold_rpc_calls_total", .counter, "JSON-RPC requests by method; unknown ones as other.")
      for (method, count) in router.rpc.calls.all {
        text.sample("freehold_rpc_calls_total", [("method", method)], String(count))
      }
    }
    return Array(text.text.utf8)
  }

  private func transport(_ server: HTTPServer, _ text: inout MetricsText) {
    text.gauge(
      "freehold_http_connections", "Open connections.", UInt64(server.connectionCount))
    text.gauge(
      "freehold_http_websockets", "Connections that are WebSockets.", UInt64(server.webSocketCount))
    text.gauge(
      "freehold_http_requests_in_flight", "Requests whose answer is not complete.",
      UInt64(clamping: server.requestCount))
    text.family("freehold_http_requests_total", .counter, "Requests answered, by status.")
    for (status, count) in server.answers {
      text.sample("freehold_http_requests_total", [("status", String(status))], String(count))
    }
  }

  private func process(_ text: inout MetricsText) {
    text.gauge(
      "process_start_time_seconds", "When the process began, in seconds since 1970.", started)
    var usage = rusage()
    if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
      let seconds = UInt64(clamping: usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      let micro = UInt64(clamping: usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
      text.family("process_cpu_seconds_total", .counter, "Processor time used.")
      text.sample(
        "process_cpu_seconds_total", [],
        MetricsText.seconds(seconds * 1_000_000_000 + micro * 1_000))
    }
    if let bytes = try? RealDisk(folder: "/proc/self").text("statm"),
      let pages = bytes.split(separator: " ").dropFirst().first.flatMap({ UInt64($0) })
    {
      text.gauge(
        "process_resident_memory_bytes", "Memory in use.",
        pages * UInt64(clamping: sysconf(Int32(_SC_PAGESIZE))))
    }
    if let names = try? RealDisk(folder: "/proc/self/fd").list("") {
      // One of them was the folder itself.
      text.gauge("process_open_fds", "Open files.", UInt64(max(0, names.count - 1)))
    }
  }

  private func folder(_ text: inout MetricsText) {
    if let free = try? disk.freeBytes() {
      text.gauge(
        "freehold_data_free_bytes", "Bytes that the node may still write to its volume.", free)
    }
    if let names = try? disk.list("journal") {
      text.gauge(
        "freehold_journal_segments", "Segment files of the journal.",
        UInt64(names.count { $0.hasSuffix(".seg") }))
    }
    guard let checkpoint = checkpoint.withLock({ $0 }) else { return }
    text.gauge(
      "freehold_checkpoint_height", "Height of the newest checkpoint.", checkpoint.height)
    text.gauge(
      "freehold_checkpoint_timestamp_seconds", "When it was written, in seconds since 1970.",
      checkpoint.time)
  }

  private func chain(_ chain: Chain, now: UInt64, _ text: inout MetricsText) {
    let head = chain.head.header
    text.gauge("freehold_head_height", "Height of the newest block.", head.number)
    text.gauge(
      "freehold_head_timestamp_seconds", "Its time, in seconds since 1970.", head.timestamp)
    text.gauge(
      "freehold_clock_behind_seconds", "How far the clock stands behind the newest block.",
      head.timestamp > now ? head.timestamp - now : 0)
    text.gauge(
      "freehold_read_only", "1 where no transactions are taken.", chain.readOnly == nil ? 0 : 1)
    let waiting = chain.waitingSize
    text.gauge(
      "freehold_pool_transactions", "Transactions that wait for a block.", UInt64(waiting.count))
    text.gauge("freehold_pool_bytes", "Their bytes.", UInt64(waiting.bytes))
    let (supply, burned, accounts) = chain.withState { state in
      (
        state.ledger.accounts.total, state.ledger.accounts[.burned].balance.units,
        state.ledger.accounts.count
      )
    }
    text.gauge("freehold_accounts", "Accounts in the state.", UInt64(accounts))
    // A sample is a 64-bit float, exact to 2^53: base units of 18 decimals would be rounded, whole
    // tokens are not. The exact number is what totalSupply and balanceOf answer.
    var unit: UInt128 = 1
    for _ in 0..<chain.genesis.token.decimals { unit *= 10 }
    text.family(
      "freehold_supply_tokens", .gauge,
      "Sum of all balances without the burned ones, in whole tokens, rounded down.")
    text.sample("freehold_supply_tokens", [], String((supply - burned) / unit))
    text.family("freehold_burned_tokens", .gauge, "Burned, in whole tokens, rounded down.")
    text.sample("freehold_burned_tokens", [], String(burned / unit))
  }

  private func engine(_ chain: Chain, _ text: inout MetricsText) {
    let meter = chain.meter
    text.counter("freehold_blocks_total", "Blocks made since the start.", meter.blocks.value)
    text.family(
      "freehold_transactions_total", .counter, "Members' transactions since the start, by result.")
    for (status, counter) in [
      ("success", meter.succeeded), ("reverted", meter.reverted), ("dropped", meter.dropped),
    ] {
      text.sample("freehold_transactions_total", [("status", status)], String(counter.value))
    }
    text.family(
      "freehold_refused_total", .counter, "Submitted transactions not taken, by reason.")
    for reason in EngineMeter.Refusal.allCases {
      text.sample(
        "freehold_refused_total", [("reason", reason.rawValue)], String(meter.refused(reason)))
    }
    text.counter(
      "freehold_journal_written_bytes_total", "Bytes of blocks' records written since the start.",
      meter.journalBytes.value)
    text.histogram(
      "freehold_block_execution_seconds", "Executing a block, state root included.",
      meter.execution)
    text.histogram(
      "freehold_flush_seconds", "Appending a block to the journal and making it durable.",
      meter.flush)
  }
}

extension RealDisk {
  /// A file of the kernel, whose size is told as 0, in one read.
  fileprivate func text(_ name: String) throws(StorageFailure) -> String {
    let file = try open(name, forWriting: false)
    defer { close(file) }
    return String(decoding: try read(file, at: 0, count: 4_096), as: UTF8.self)
  }
}
