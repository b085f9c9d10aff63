import Arguments
import Interface
import Primitives

/// `freehold verify-proof`: a proof file recomputed offline.
enum VerifyProofCommand {
  static let row = Command(
    "verify-proof", summary: "Check a proof file offline and say what it proves.",
    discussion: """
      Needs nothing but the file. What makes it worth believing comes from elsewhere: the log's \
      key as the operator publishes it (--key, in GET /network), a checkpoint that others hold as \
      well (--checkpoint, with --key), or a header's hash from another node (--header).
      """,
    options: [
      Option("header", .text, "HASH", help: "The block header's hash, known from elsewhere."),
      Option("checkpoint", .path, "FILE", help: "A signed checkpoint, known from elsewhere."),
      Option("key", .text, "VKEY", help: "The log's key, known from elsewhere."),
    ],
    positionals: [Positional("FILE", .path, help: "The proof.")],
    example: "freehold verify-proof proof.json")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    var anchors = ProofAnchors(key: match.text("key"))
    if let text = match.text("header") {
      guard let hash = Hex.bytes(text).flatMap({ Digest($0) }) else {
        Terminal.fail("--header takes 0x and 64 digits", json: json)
        return .usage
      }
      anchors.header = hash
    }
    if let path = match.text("checkpoint") {
      guard anchors.key != nil else {
        Terminal.fail("--checkpoint needs --key: whose signature is expected?", json: json)
        return .usage
      }
      guard let text = Terminal.read(path, json: json) else { return .failed }
      anchors.checkpoint = Array(text.utf8)
    }
    guard let text = Terminal.read(match.text("FILE") ?? "", json: json) else { return .failed }
    do throws(ProofFault) {
      report(try ProofCheck.verify(Array(text.utf8), anchors), json: json)
      return .success
    } catch {
      if json {
        Terminal.object { writer in
          writer.name("sound")
          writer.bool(false)
          writer.name("step")
          writer.string(error.step.rawValue)
          writer.name("error")
          writer.string(error.text)
        }
      } else {
        Terminal.complain("not proven: step '\(error.step.rawValue)': \(error.text)")
      }
      return .failed
    }
  }

  private static func report(_ verdict: ProofVerdict, json: Bool) {
    guard !json else { return Terminal.object { write(verdict, to: &$0) } }
    var lines = ["proven: \(verdict.claim)"]
    let width = verdict.fields.map(\.name.count).max() ?? 0
    for field in verdict.fields {
      let gap = String(repeating: " ", count: width - field.name.count + 2)
      lines.append("  \(field.name)\(gap)\(field.value)")
    }
    lines += [
      "against",
      "  header   block \(verdict.height), hash \(Hex.text(verdict.header.bytes))",
      "  log      \(verdict.origin)",
      "           \(verdict.logSize) blocks, root \(Hex.text(verdict.logRoot.bytes))",
      "  signed   \(verdict.key)",
    ]
    if verdict.anchors.isEmpty {
      lines.append(
        "  trust    the signature's key stands in the proof itself: compare it with the one that "
          + "the operator publishes, or pass --key")
    } else {
      lines += verdict.anchors.map { "  agrees   with \($0)" }
    }
    Terminal.print(lines.joined(separator: "\n"))
  }

  private static func write(_ verdict: ProofVerdict, to writer: inout JSONWriter) {
    func member(_ name: String, _ text: String) {
      writer.name(name)
      writer.string(text)
    }
    writer.name("sound")
    writer.bool(true)
    member("claim", verdict.claim)
    member("kind", verdict.subject.kind)
    member("subject", verdict.subject.text)
    writer.name("fields")
    writer.beginObject()
    for field in verdict.fields { member(field.name, field.value) }
    writer.endObject()
    writer.name("height")
    writer.number(verdict.height)
    member("headerHash", Hex.text(verdict.header.bytes))
    member("root", Hex.text(verdict.root.bytes))
    member("origin", verdict.origin)
    writer.name("logSize")
    writer.number(verdict.logSize)
    member("logRoot", Hex.text(verdict.logRoot.bytes))
    member("key", verdict.key)
    writer.name("agreesWith")
    writer.beginArray()
    for anchor in verdict.anchors { writer.string(anchor) }
    writer.endArray()
  }
}
