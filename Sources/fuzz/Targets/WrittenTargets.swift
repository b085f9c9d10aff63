import Arguments
import Interface
import Ledger
import Node
import Primitives
import Simulation
import Storage

/// Files beside economies that a person or another machine writes: settings, names, assumptions,
/// scenarios, manifests of backups.
enum WrittenTargets {
  static let all = [settings, names, assumptions, golden, manifest]

  private static let settings = Target(
    "settings", "a file of settings: what it says is what a command then works with",
    limit: 2_048,
    seeds: {
      bytes(
        #"{"count":5,"flag":true,"a":{"who":"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"}}"#,
        #"{"count":"7","flag":"off"}"#, #"{"count":[1,2]}"#, #"{"a":{"who":null}}"#, "{}", "[]")
    },
    words: { bytes("\"count\":", "\"flag\":", "\"a\":{", "\"who\":", "\"a.who\"", "true", "[") },
    run: { input in
      let (settings, problems) = Settings.read(input, source: "file")
      let all = problems + DoorTargets.program.problems(of: settings)
      if all.contains(where: \.isEmpty) { return .broken("a problem says nothing") }
      guard all.isEmpty else { return .refused }
      do throws(UsageFailure) {
        let invocation = try DoorTargets.program.parse(
          ["run"], environment: { _ in nil }, settings: { _ in settings })
        guard case .run(let match) = invocation else { return .broken("it does not run") }
        for (path, option) in [("count", "count"), ("a.who", "who")] {
          let said = settings.entries.filter { $0.path == path }.map(\.text)
          if match.texts(option) != said { return .broken("\(path) is not what the file says") }
        }
        return .accepted
      } catch {
        return .broken("a sound file is refused: \(error.text)")
      }
    })

  private static let names = Target(
    "names", "a book of addresses: the same when it is written again", limit: 2_048,
    seeds: {
      bytes(
        "{}", #"{"alice":"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"}"#,
        #"{"a":"0x0000000000000000000000000000000000000001","\u0062":"#
          + #""0x0000000000000000000000000000000000000002"}"#
      )
    },
    words: { bytes("\"0x0000000000000000000000000000000000000003\"", "\"b\":", ",", "\\u0061") },
    run: { input in
      guard let book = try? AddressBook(json: input) else { return .refused }
      guard let again = try? AddressBook(json: book.json), again == book else {
        return .broken("what was read is written as another book")
      }
      return .same(again.json, as: book.json)
    })

  private static let assumptions = Target(
    "assumptions", "assumptions of a forecast: within their bounds, or refused", limit: 2_048,
    seeds: {
      bytes("{}", #"{"stakers":2500,"volumeADay":"35000"}"#)
        + [Array("{\(Assumption.allCases.map { "\"\($0)\":1" }.joined(separator: ","))}".utf8)]
    },
    words: {
      Assumption.allCases.map { Array("\"\($0)\":".utf8) } + bytes("10000", "\"volumeADay\":")
    },
    run: { input in
      guard let text = String(validating: input, as: UTF8.self) else { return .refused }
      do throws(AssumptionFailure) {
        let one = try Assumptions(text: text, decimals: 4)
        return .unless(
          Assumption.allCases.contains { !$0.fact.bounds.contains(one[$0]) },
          "an assumption is outside its bounds")
      } catch {
        return error.text.isEmpty ? .broken("a refusal says nothing") : .refused
      }
    })

  private static let golden = Target(
    "golden", "a file of scenarios: run to its end, or refused with what is wrong", limit: 8_192,
    patience: 10,
    seeds: {
      ["GS03", "GS12", "EXITS"].map { Array(Genuine.text("economies/golden/\($0).json").utf8) }
        .filter { $0.count <= 8_192 }
        + bytes(
          #"{"id":"a","economy":"dta","given":{"user.bob":"1000000"},"when":["#
            + #"{"step":1,"t":0,"op":"stake","actor":"bob","principal":"500000","days":90},"#
            + #"{"step":2,"day":90,"op":"claim","actor":"bob"}],"#
            + #""then":[{"afterStep":2,"expect":{"accepted":true,"paid":"1"}}]}"#
        )
    },
    words: {
      bytes(
        "\"op\":", "\"stake\"", "\"unstake\"", "\"earlyExit\"", "\"compound\"", "\"transfer\"",
        "\"release\"", "\"milestone\"", "\"score\"", "\"day\":", "\"month\":", "\"position\":",
        "\"expect\":", "\"vested\":", "\"btt\"", "\"user.bob\"", "\"treasury\":")
    },
    run: { input in
      guard let text = String(validating: input, as: UTF8.self) else { return .refused }
      let report = GoldenRunner.run(text: text, secret: HashSecret(7, 8)) { name in
        ["dta": Genuine.economies.dta, "btt": Genuine.economies.btt][name]
      }
      let faults = report.faults + report.scenarios.flatMap(\.faults)
      if faults.contains(where: \.isEmpty) { return .broken("a fault says nothing") }
      guard faults.isEmpty else { return .refused }
      return .unless(
        report.scenarios.allSatisfy { $0.comparisons.isEmpty }, "nothing was compared")
    })

  private static let manifest = Target(
    "manifest", "a backup's manifest: no name leads out of its folder; the same bytes",
    limit: 2_048,
    seeds: {
      let zero = String(repeating: "0", count: 64)
      return bytes(
        #"{"format":"freehold-backup/1","version":"1","network":"0x\#(zero)","takenAt":1,"#
          + #""height":2,"head":"0x\#(zero)","journalBegins":0,"checkpoints":[1,2],"keys":false,"#
          + #""files":[{"name":"journal/1.seg","bytes":3,"sha256":"\#(zero)"}]}"#
      )
    },
    words: { bytes("..", "/", "\\u0000", "\"name\":", "\"files\":", "\"manifest.json\"", "null") },
    run: { input in
      guard let one = try? BackupManifest(input) else { return .refused }
      for file in one.files where file.name.split(separator: "/").contains("..") {
        return .broken("\(file.name) leads out of the folder")
      }
      guard let again = try? BackupManifest(one.json), again == one else {
        return .broken("what was read is written as another manifest")
      }
      return .same(again.json, as: one.json)
    })
}
