import Arguments
import Engine
import Node
import Primitives

/// `freehold doctor`: a data folder in words.
enum DoctorCommand {
  static let row = Command(
    "doctor", summary: "Say in words what is in a data folder and what to do about it.",
    discussion: """
      Reads every file once: checksums and links of all blocks, digests of all checkpoints, \
      permissions, space, clock, who uses it. Nothing is changed, and the node may be running. \
      Exit 0 where nothing has to be done, 1 where something has.
      """,
    options: [
      CommandTable.data,
      Option("deep", .flag, help: "Also replay everything, as verify does; not while a node runs."),
    ],
    isList: true, example: "freehold doctor --data .freehold/dta")

  static func run(_ match: Match) -> ExitCode {
    var doctor = Doctor(
      DataFolder(match.text("data") ?? ""), now: { SystemClock().now() },
      progress: { Terminal.progress("looked at to height \($0)") })
    let diagnosis = doctor.examine(deep: match.flag("deep"))
    Terminal.progressEnds()
    switch match.output {
    case .json: json(diagnosis)
    case .table: text(diagnosis)
    case .csv:
      var listing = Listing(["weight", "subject", "text", "repair"])
      for finding in diagnosis.findings {
        listing.append([finding.weight.rawValue, finding.subject, finding.text, finding.repair])
      }
      Terminal.list(listing, as: .csv, under: "findings")
    }
    return diagnosis.isSound ? .success : .failed
  }

  private static func json(_ diagnosis: Diagnosis) {
    Terminal.object { writer in
      writer.name("sound")
      writer.bool(diagnosis.isSound)
      writer.name("findings")
      writer.beginArray()
      for finding in diagnosis.findings {
        writer.beginObject()
        writer.name("weight")
        writer.string(finding.weight.rawValue)
        writer.name("subject")
        writer.string(finding.subject)
        writer.name("text")
        writer.string(finding.text)
        writer.name("repair")
        writer.string(finding.repair)
        writer.endObject()
      }
      writer.endArray()
    }
  }

  private static func text(_ diagnosis: Diagnosis) {
    for finding in diagnosis.findings {
      let mark =
        switch finding.weight {
        case .sound: "  "
        case .note: "- "
        case .problem: "! "
        }
      let blanks = String(repeating: " ", count: max(1, 13 - finding.subject.count))
      Terminal.print(mark + finding.subject + blanks + finding.text)
      if !finding.repair.isEmpty {
        Terminal.print(String(repeating: " ", count: 15) + "-> " + finding.repair)
      }
    }
    Terminal.print(
      diagnosis.isSound
        ? "Nothing has to be done." : "Something has to be done: see the lines with !")
  }
}
