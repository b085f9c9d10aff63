import Arguments
import Cryptography
import Economy
import EconomyFile
import Engine
import Glibc
import Node
import Primitives

/// `freehold serve`: the node at work until a signal ends it.
enum ServeCommand {
  static let row = Command(
    "serve", summary: "Run the node on its data folder.",
    discussion: """
      Listens on loopback; other addresses need a certificate (--tls-certificate, --tls-key) or \
      --insecure-public. Ctrl-C drains and stops cleanly. A checkpoint \
      of the state is written now and then, and a start replays only what the journal has beyond \
      the newest sound one. It listens at once and answers 503 until it is ready (/readyz); \
      /metrics is for Prometheus. Under systemd it tells when it is ready and that it is alive.
      """,
    options: [
      CommandTable.data,
      Option(
        "listen", .endpoint, "HOST:PORT", help: "Where to listen; port 0 takes a free one.",
        defaultValue: "127.0.0.1:8545", environment: .top),
      Option(
        "checkpoint-every", .number(1...1_048_576), "MIB",
        help: "Write a checkpoint after so much journal, in MiB.", defaultValue: "64",
        environment: .section("serve")),
      Option(
        "prune", .flag,
        help:
          "Remove journal segments below the oldest kept checkpoint; they cannot be verified any "
          + "more.", environment: .section("serve")),
      Option(
        "drain", .number(0...3_600), "SECONDS",
        help: "How long a stop lets clients read what became of what was accepted.",
        defaultValue: "10", environment: .section("serve")),
      Option(
        "memory-blocks", .number(1...1_048_576), "MIB",
        help: "Memory for recent blocks, in MiB; older ones are read from the index.",
        defaultValue: "1024", environment: .section("serve")),
      Option(
        "no-index", .flag,
        help: "Keep no index: no history of accounts, and no blocks older than memory holds.",
        environment: .section("serve")),
      Option(
        "public-metrics", .flag, help: "Answer /metrics to other machines and proxies too.",
        environment: .section("serve")),
      Option(
        "log", .choice(EventLog.Form.allCases.map(\.rawValue)), "FORM",
        help: "Events on standard error: text (the default on a terminal) or json (elsewhere).",
        environment: .top),
      Option(
        "log-level", .choice(LogEvent.Level.allCases.map(\.rawValue)), "LEVEL",
        help: "The least that is told; debug adds a summary of each second's blocks.",
        defaultValue: "info", environment: .top),
    ] + AdmissionOptions.rows,
    example: "freehold serve --data .freehold/dta --listen 127.0.0.1:8545")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    StopSignals.block()
    guard let listen = match.text("listen").flatMap({ Endpoint($0) }) else { return .usage }
    let log = EventLog(
      match.text("log").flatMap { EventLog.Form(rawValue: $0) }
        ?? (isatty(STDERR_FILENO) == 1 ? .text : .json),
      least: match.text("log-level").flatMap { LogEvent.Level(rawValue: $0) } ?? .info)
    let manager = Supervisor { name in getenv(name).map { String(cString: $0) } }
    let service = NodeService(log: log, manager: manager, drain: match.number("drain") ?? 10)
    var configuration = NodeConfiguration(
      host: listen.host, port: listen.port, isPublic: match.flag("insecure-public"),
      checkpoints: CheckpointPolicy(
        interval: (match.number("checkpoint-every") ?? 64) << 20,
        prunesJournal: match.flag("prune")))
    configuration.tellsMetrics = match.flag("public-metrics")
    configuration.keepsIndex = !match.flag("no-index")
    configuration.memoryBytes = Int(match.number("memory-blocks") ?? 1_024) << 20
    if let text = AdmissionOptions.apply(match, to: &configuration) {
      log.stop()
      Terminal.fail(text, json: json)
      return .usage
    }
    let folder = DataFolder(match.text("data") ?? "")
    do throws(NodeFailure) {
      let node = try service.start(folder, configuration) {
        Terminal.progress("replaying the journal: height \($0)")
        // Nothing has been accepted yet: to end here is what a crash would do, and as safe.
        if StopSignals.isPending { _exit(ExitCode.success.rawValue) }
      }
      Terminal.progressEnds()
      try service.openAdmin(node, folder, path: match.text("admin-socket")) {
        kill(getpid(), SIGTERM)
      }
      announce(node, host: listen.host, json: json)
      service.ready(node)
      let isOnTerminal = isatty(STDERR_FILENO) == 1
      StopSignals.wait(
        renew: isOnTerminal && !node.speaksTLS ? nil : { service.renewCertificate(node) })
      StopSignals.endAtOnce(with: ExitCode.failed.rawValue)
      service.stop(node)
      return .success
    } catch {
      Terminal.progressEnds()
      log.stop()
      Terminal.fail(error.text, json: json)
      return .failed
    }
  }

  private static func announce(_ node: RunningNode, host: String, json: Bool) {
    let head = node.chain.head
    let scheme = node.speaksTLS ? "https" : "http"
    let url = "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(node.port)"
    if json {
      Terminal.object { writer in
        writer.name("url")
        writer.string(url)
        writer.name("chainId")
        writer.number(node.chain.genesis.chainID)
        writer.name("logKey")
        writer.string(node.logKey.text)
        writer.name("height")
        writer.number(head.height)
        writer.name("checkpoint")
        writer.number(node.recovery.startedFrom)
        writer.name("replayedBlocks")
        writer.number(node.recovery.blocks)
        writer.name("bytesCut")
        writer.number(node.recovery.bytesCut)
      }
      return
    }
    var lines = ["\(node.document.title)", "  connect       \(url)  (Ethereum JSON-RPC)"]
    lines.append("  look          \(url)/  and  \(url)/network")
    lines.append("  chain id      \(node.chain.genesis.chainID)")
    lines.append("  height        \(head.height)  \(Hex.text(head.hash.bytes))")
    lines += recovered(node)
    lines.append("  log key       \(node.logKey.text)")
    if node.recovery.bytesCut > 0 {
      lines.append(
        "  recovered     \(node.recovery.bytesCut) bytes of a block that was never acknowledged "
          + "were cut")
    }
    if node.document.network.development, let key = DevelopmentKeys.all().first {
      lines += example(node, url, key)
    }
    Terminal.print(lines.joined(separator: "\n"))
  }

  /// What the node started from, where that was a checkpoint.
  private static func recovered(_ node: RunningNode) -> [String] {
    let recovery = node.recovery
    guard recovery.startedFrom > 0 else { return [] }
    var lines = [
      "  started       from the checkpoint of height \(recovery.startedFrom) and "
        + "\(recovery.blocks) blocks of the journal"
    ]
    if recovery.journalBegins > 1 {
      lines.append(
        "                the journal begins at block \(recovery.journalBegins): what is older "
          + "cannot be read or verified here")
    }
    return lines
  }

  private static func example(_ node: RunningNode, _ url: String, _ key: PrivateKey) -> [String] {
    let token = node.chain.genesis.token
    let balance = node.chain.withState { $0.balance(of: key.address) }
    let amount = DecimalText.format(balance, decimals: Int(token.decimals))
    let call = """
      {"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["\(key.address.checksummed)",\
      "latest"]}
      """
    return [
      "  account       \(key.address.checksummed)  \(amount) \(token.symbol)",
      "                (its key is public: index 0 of the mnemonic \"test test … junk\")",
      "  try           curl -s \(url) -H 'content-type: application/json' -d '\(call)'",
    ]
  }
}
