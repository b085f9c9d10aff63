import Arguments
import Node
import Primitives

/// `freehold index`: the index of a data folder.
enum IndexCommand {
  static let row = Command(
    group: "index", summary: "Look at the index, or make it anew.",
    discussion: """
      The index answers for accounts' histories and old blocks. It can always be made again from \
      the journal, so nothing is lost with it.
      """,
    example: "freehold index status --data .freehold/dta", subcommands: [statusRow, rebuildRow])

  private static let statusRow = Command(
    "status", summary: "Say how far the index reaches and what it holds.",
    discussion: "The node may be running.",
    options: [
      CommandTable.data,
      Option("deep", .flag, help: "Also read every page of the file and check its structure."),
    ],
    example: "freehold index status --data .freehold/dta")

  private static let rebuildRow = Command(
    "rebuild", summary: "Make the index anew from the journal, while no node runs.",
    discussion: """
      Executes every block of the journal again on a state of its own and writes the index from \
      nothing. A running node does the same by itself where it finds the index missing or damaged.
      """,
    options: [CommandTable.data], example: "freehold index rebuild --data .freehold/dta")

  static func run(_ match: Match) -> ExitCode {
    let file = IndexFile(DataFolder(match.text("data") ?? ""))
    let json = match.wantsJSON
    do throws(IndexFailure) {
      switch match.path.last {
      case "rebuild": try rebuild(file, json: json)
      default: return try status(file, deep: match.flag("deep"), json: json)
      }
      return .success
    } catch {
      Terminal.progressEnds()
      Terminal.fail(error.text, json: json)
      return .failed
    }
  }

  private static func rebuild(_ file: IndexFile, json: Bool) throws(IndexFailure) {
    let made = try file.rebuild { Terminal.progress("indexed to height \($0)") }
    Terminal.progressEnds()
    if json {
      Terminal.object { writer in
        writer.name("first")
        writer.number(made.first)
        writer.name("height")
        writer.number(made.height)
        writer.name("bytes")
        writer.number(made.bytes)
      }
      return
    }
    Terminal.print(
      """
      Made the index anew
        blocks        \(made.first) to \(made.height)
        bytes         \(made.bytes)
      """)
  }

  private static func status(
    _ file: IndexFile, deep: Bool, json: Bool
  ) throws(IndexFailure) -> ExitCode {
    let found = try file.status(deep: deep)
    if json {
      Terminal.object { writer in
        writer.name("first")
        writer.number(found.first)
        writer.name("height")
        if let head = found.head { writer.number(head.height) } else { writer.null() }
        writer.name("bytes")
        writer.number(found.bytes)
        for (table, count) in found.rows {
          writer.name(table)
          writer.number(count)
        }
        writer.name("faults")
        writer.beginArray()
        for fault in found.faults { writer.string(fault) }
        writer.endArray()
      }
      return found.faults.isEmpty ? .success : .failed
    }
    var lines = ["index"]
    if let head = found.head {
      lines.append("  blocks        \(found.first) to \(head.height)")
      lines.append("  head          \(Hex.text(head.hash.bytes))")
    } else {
      lines.append("  blocks        none yet")
    }
    lines.append("  bytes         \(found.bytes)")
    for (table, count) in found.rows where table != "blocks" {
      let blanks = String(repeating: " ", count: max(1, 14 - table.count))
      lines.append("  \(table)\(blanks)\(count)")
    }
    for fault in found.faults {
      lines.append("  damage        \(fault): run `freehold index rebuild`")
    }
    Terminal.print(lines.joined(separator: "\n"))
    return found.faults.isEmpty ? .success : .failed
  }
}
