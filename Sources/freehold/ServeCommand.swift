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
      Listens on loopback unless --public is given. Ctrl-C drains and stops cleanly. A checkpoint \
      of the state is written now and then, and a start replays only what the journal has beyond \
      the newest sound one.
      """,
    options: [
      CommandTable.data,
      Option(
        "listen", .endpoint, "HOST:PORT", help: "Where to listen; port 0 takes a free one.",
        defaultValue: "127.0.0.1:8545", environment: .top),
      Option("public", .flag, help: "Allow addresses besides loopback, without encryption."),
      Option(
        "checkpoint-every", .number(1...1_048_576), "MIB",
        help: "Write a checkpoint after so much journal, in MiB.", defaultValue: "64"),
      Option(
        "prune", .flag,
        help:
          "Remove journal segments below the oldest kept checkpoint; they cannot be verified any "
          + "more."),
    ],
    example: "freehold serve --data .freehold/dta --listen 127.0.0.1:8545")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    // Every thread inherits the mask, so that only this one meets the signals.
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    guard let listen = match.text("listen").flatMap({ Endpoint($0) }) else { return .usage }
    do throws(NodeFailure) {
      let node = try RunningNode(
        folder: DataFolder(match.text("data") ?? ""),
        configuration: NodeConfiguration(
          host: listen.host, port: listen.port, isPublic: match.flag("public"),
          checkpoints: CheckpointPolicy(
            interval: (match.number("checkpoint-every") ?? 64) << 20,
            prunesJournal: match.flag("prune"))),
        skipped: { Terminal.complain("warning: \($0.text)") },
        progress: { Terminal.progress("replaying the journal: height \($0)") }, notify: notice)
      Terminal.progressEnds()
      announce(node, host: listen.host, json: json)
      var signal: Int32 = 0
      sigwait(&signals, &signal)
      Terminal.complain("stopping: making a last block of what waits, closing the journal")
      node.stop()
      return .success
    } catch {
      Terminal.progressEnds()
      Terminal.fail(error.text, json: json)
      return .failed
    }
  }

  @Sendable private static func notice(_ notice: EngineNotice) {
    switch notice {
    case .clockBehind(let seconds):
      Terminal.complain(
        "warning: this machine's clock is \(seconds) s behind the newest block; block time holds "
          + "until it has caught up: check the clock")
    case .readOnly(let why):
      Terminal.complain("warning: read-only, no transactions are taken: \(why)")
    case .writable: Terminal.complain("there is room again: transactions are taken")
    case .checkpointed: break
    case .checkpointFailed(let why):
      Terminal.complain("warning: no checkpoint was written, the node goes on: \(why)")
    case .historyFailed(let why):
      Terminal.complain(
        "warning: blocks from before the start cannot be read back, the node goes on: \(why)")
    case .log(let what): Terminal.complain("warning: block log: \(what)")
    case .failed(let why):
      // The state is ahead of the journal: nothing may be answered from it any more.
      Terminal.complain("error: stopping at once, nothing acknowledged is lost: \(why)")
      _exit(ExitCode.failed.rawValue)
    }
  }

  private static func announce(_ node: RunningNode, host: String, json: Bool) {
    let head = node.chain.head
    let url = "http://\(host.contains(":") ? "[\(host)]" : host):\(node.port)"
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
