import Arguments
import Economy
import EconomyFile
import Engine
import Ledger
import Node
import Primitives
import Storage

/// `freehold verify`: the whole journal again, offline, believing nothing.
enum VerifyCommand {
  static let row = Command(
    "verify", summary: "Replay a data folder's journal offline and check everything.",
    discussion: """
      Checks every checksum, recovers every signature, executes every transaction and compares \
      every block's transactions root, receipts root and state root, and the sum of all balances. \
      Every checkpoint is loaded and compared with the journal's block of its height; where there \
      is a block log, every byte of its tiles and its checkpoint's signature too. Nothing is changed.
      """,
    options: [CommandTable.data], example: "freehold verify --data .freehold/dta")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    let folder = DataFolder(match.text("data") ?? "")
    do throws(NodeFailure) {
      let (chain, summary) = try verify(folder)
      let log = try LogVerification.of(chain, folder)
      Terminal.progressEnds()
      if let fault = summary.faults.first {
        for other in summary.faults.dropFirst() { Terminal.complain("warning: \(other.text)") }
        Terminal.fail(fault.text, json: json)
        return .failed
      }
      report(chain, summary, log, json: json)
      return .success
    } catch {
      Terminal.progressEnds()
      Terminal.fail(error.text, json: json)
      return .failed
    }
  }

  private static func verify(
    _ folder: DataFolder
  ) throws(NodeFailure) -> (chain: Chain, summary: ReplaySummary) {
    let lock: FolderLock<RealDisk>
    do throws(StorageFailure) {
      // A journal that is being written would look torn.
      lock = try FolderLock(folder.disk)
    } catch {
      throw error.kind == .missing ? .folder(DataFolderFailure.missing(folder)) : .storage(error)
    }
    return try verify(folder, holding: lock)
  }

  private static func verify(
    _ folder: DataFolder, holding lock: borrowing FolderLock<RealDisk>
  ) throws(NodeFailure) -> (chain: Chain, summary: ReplaySummary) {
    let chain: Chain
    do throws(DataFolderFailure) {
      chain = Chain(genesis: try folder.document().genesis(), secret: .random())
    } catch {
      throw .folder(error)
    }
    do throws(ReplayFailure) {
      let summary = try Recovery.verify(chain, disk: folder.disk) {
        Terminal.progress("verified to height \($0)")
      }
      return (chain, summary)
    } catch {
      throw .replay(error)
    }
  }

  private static func report(
    _ chain: Chain, _ summary: ReplaySummary, _ log: TileSummary?, json: Bool
  ) {
    let head = chain.head
    let (supply, burned) = chain.withState { state in
      (state.ledger.accounts.total, state.ledger.accounts[.burned].balance.units)
    }
    if json {
      Terminal.object { writer in
        writer.name("height")
        writer.number(head.height)
        writer.name("headHash")
        writer.string(Hex.text(head.hash.bytes))
        writer.name("stateRoot")
        writer.string(Hex.text(head.header.stateRoot.bytes))
        writer.name("blocks")
        writer.number(summary.blocks)
        writer.name("transactions")
        writer.number(summary.transactions)
        writer.name("checkpoints")
        writer.number(summary.checkpoints)
        writer.name("startedFrom")
        writer.number(summary.startedFrom)
        writer.name("journalBegins")
        writer.number(summary.journalBegins)
        writer.name("sumOfBalances")
        writer.quotedNumber(supply)
        writer.name("burned")
        writer.quotedNumber(burned)
        writer.name("tornBytes")
        writer.number(summary.bytesCut)
        if let log { LogVerification.write(log, to: &writer) }
      }
      return
    }
    var lines = [
      "sound",
      "  blocks        \(summary.blocks), up to height \(head.height)",
      "  transactions  \(summary.transactions), every signature recovered",
      "  head          \(Hex.text(head.hash.bytes))",
      "  state root    \(Hex.text(head.header.stateRoot.bytes))",
      "  checkpoints   \(summary.checkpoints), each loaded and compared with the journal",
      "  balances      sum to \(supply) units, \(burned) of them burned",
    ]
    if summary.startedFrom > 0 {
      lines.append(
        "  not checked   blocks 1 to \(summary.startedFrom): the journal begins at block "
          + "\(summary.journalBegins), and checking began at a checkpoint")
    }
    if let log { lines.append(LogVerification.line(log)) }
    if summary.bytesCut > 0 {
      lines.append(
        "  torn tail     \(summary.bytesCut) bytes, never acknowledged; serve will cut them")
    }
    Terminal.print(lines.joined(separator: "\n"))
  }
}
