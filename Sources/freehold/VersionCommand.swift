import Arguments
import Node
import Primitives

/// `freehold version`.
enum VersionCommand {
  static let row = Command(
    "version", summary: "Print the version.", example: "freehold version --json")

  static func run(_ match: Match) -> ExitCode {
    if match.wantsJSON {
      Terminal.object { writer in
        writer.name("version")
        writer.string(Version.text)
      }
    } else {
      Terminal.print("freehold \(Version.text)")
    }
    return .success
  }
}
