import Arguments
import Cryptography
import Economy
import EconomyFile
import Engine
import Glibc
import Ledger
import Node
import Primitives
import Storage

/// `freehold init`: a data folder from an economy file.
enum InitCommand {
  static let row = Command(
    "init", summary: "Create a network's data folder from an economy file.",
    discussion: """
      The network starts at the present second unless --genesis-time says otherwise; the date in \
      the economy file is that of the real launch.
      """,
    options: [
      Option("economy", .path, "FILE", help: "The economy file.", isRequired: true),
      CommandTable.overlay, CommandTable.data,
      Option("genesis-time", .time, "TIME", help: "When the network starts; the default is now."),
    ],
    example: """
      freehold init --economy economies/dta.json --overlay economies/dev.json --data .freehold/dta
      """)

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    guard let economy = Terminal.read(match.text("economy") ?? "", json: json) else {
      return .failed
    }
    var overlays: [String] = []
    for path in match.texts("overlay") {
      guard let overlay = Terminal.read(path, json: json) else { return .failed }
      overlays.append(overlay)
    }
    let time = match.text("genesis-time").flatMap { UnixTime.seconds(of: $0) } ?? now()
    let folder = DataFolder(match.text("data") ?? "")
    do throws(DataFolderFailure) {
      let document = try folder.create(
        economy: economy, overlays: overlays, time: LogicalTime(time))
      try report(document, folder, json: json)
      return .success
    } catch {
      Terminal.fail(error.text, json: json)
      return .failed
    }
  }

  private static func now() -> UInt64 { SystemClock().now() }

  private static func report(
    _ document: EconomyDocument, _ folder: DataFolder, json: Bool
  ) throws(DataFolderFailure) {
    let genesis = document.genesis()
    let chain = Chain(genesis: genesis, secret: .random())
    let hash = Hex.text(chain.head.hash.bytes)
    let key = try folder.logKey(BlockLog<RealDisk>.origin(chain))?.text ?? "none"
    let wallets = Set(document.wallets.map(\.account)).count
    if json {
      Terminal.object { writer in
        writer.name("economy")
        writer.string(document.economyID)
        writer.name("chainId")
        writer.number(genesis.chainID)
        writer.name("genesisTime")
        writer.number(genesis.time.seconds)
        writer.name("genesisHash")
        writer.string(hash)
        writer.name("logKey")
        writer.string(key)
        writer.name("wallets")
        writer.number(wallets)
        writer.name("data")
        writer.string(folder.path)
      }
    } else {
      let supply = DecimalText.format(genesis.token.supply, decimals: Int(genesis.token.decimals))
      Terminal.print(
        """
        Created \(document.title)
          data folder   \(folder.path)
          chain id      \(genesis.chainID)
          starts        \(CalendarTime.text(genesis.time))
          supply        \(supply) \(genesis.token.symbol) in \(wallets) wallets
          genesis hash  \(hash)
          log key       \(key)
        """)
    }
  }
}
