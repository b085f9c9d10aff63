import Arguments
import Engine
import Glibc
import Node
import Primitives

/// `freehold backup`: a consistent copy of a folder whose node may be at work.
enum BackupCommand {
  static let row = Command(
    "backup", summary: "Copy a data folder, also while its node runs.",
    discussion: """
      Every transaction with a receipt when the command began is in the copy. The copy has a \
      manifest with the SHA-256 of every file and gets its name only when it is whole and on the \
      disk. The node's secret keys stay behind unless asked for: a backup travels to places where \
      they have no business, and a second node that signs with them could contradict the first.
      """,
    options: [
      CommandTable.data,
      Option("to", .path, "DIR", help: "The copy; it must not exist.", isRequired: true),
      Option("with-keys", .flag, help: "Copy the node's secret keys too; keep the copy secret."),
    ],
    example: "freehold backup --data .freehold/dta --to backups/dta-2026-11-21")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    // What is copied is for the node's user alone, whatever the shell's habits.
    umask(0o077)
    let folder = DataFolder(match.text("data") ?? "")
    let to = match.text("to") ?? ""
    do throws(DataFolderFailure) {
      let manifest = try folder.backUp(
        to: to, withKeys: match.flag("with-keys"), now: SystemClock().now()
      ) { done, all in CopyReport.progress("copied", done, all) }
      Terminal.progressEnds()
      CopyReport.print("Backed up", manifest, to, json: json)
      return .success
    } catch {
      Terminal.progressEnds()
      Terminal.fail(error.text, json: json)
      return .failed
    }
  }
}

/// `freehold restore`: a data folder from a backup.
enum RestoreCommand {
  static let row = Command(
    "restore", summary: "Make a data folder from a backup.",
    discussion: """
      Compares every file with the manifest, follows the journal from block to block and checks \
      every checkpoint; nothing is overwritten. Run `freehold verify` on the result for a full \
      replay. Never serve the restored folder while the node it was copied from still runs: two \
      nodes would continue the same network in two ways.
      """,
    options: [
      Option("from", .path, "DIR", help: "The backup.", isRequired: true), CommandTable.data,
    ],
    example: "freehold restore --from backups/dta-2026-11-21 --data .freehold/dta-restored")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    umask(0o077)
    let folder = DataFolder(match.text("data") ?? "")
    do throws(DataFolderFailure) {
      let manifest = try folder.restore(from: match.text("from") ?? "") { done, all in
        CopyReport.progress("restored", done, all)
      }
      Terminal.progressEnds()
      CopyReport.print("Restored", manifest, folder.path, json: json)
      return .success
    } catch {
      Terminal.progressEnds()
      Terminal.fail(error.text, json: json)
      return .failed
    }
  }
}

/// What both commands say.
private enum CopyReport {
  static func progress(_ verb: String, _ done: UInt64, _ all: UInt64) {
    Terminal.progress("\(verb) \(done >> 20) of \(all >> 20) MiB")
  }

  static func print(_ verb: String, _ manifest: BackupManifest, _ path: String, json: Bool) {
    if json {
      Terminal.object { writer in
        writer.name("path")
        writer.string(path)
        writer.name("height")
        writer.number(manifest.height)
        writer.name("head")
        writer.string(Hex.text(manifest.head.bytes))
        writer.name("takenAt")
        writer.number(manifest.takenAt)
        writer.name("journalBegins")
        writer.number(manifest.journalBegins)
        writer.name("checkpoints")
        writer.number(manifest.checkpoints.count)
        writer.name("files")
        writer.number(manifest.files.count)
        writer.name("bytes")
        writer.number(manifest.byteCount)
        writer.name("keys")
        writer.bool(manifest.hasKeys)
      }
      return
    }
    Terminal.print(
      """
      \(verb) \(path)
        height        \(manifest.height)  \(Hex.text(manifest.head.bytes))
        journal       from block \(manifest.journalBegins), \
      \(manifest.checkpoints.count) checkpoints
        files         \(manifest.files.count), \(manifest.byteCount) bytes
        keys          \(manifest.hasKeys ? "included: keep it secret" : "not included")
      """)
  }
}
