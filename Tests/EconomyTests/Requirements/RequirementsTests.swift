import Foundation
import Testing

@testable import Economy

/// Every row that is built is named by a test's title, and the page that says by which is current.
@Suite struct RequirementsTests {
  /// A test of the repository as its title stands in the source.
  private struct TitledTest {
    let title: String
    /// Its suite's file, without `.swift`.
    let file: String
  }

  private static let folders = [
    "EconomyTests", "EconomyFileTests", "SimulationTests", "EngineTests", "InterfaceTests",
  ]

  private static func tests() throws -> [TitledTest] {
    let root = DevelopmentNetwork.root.appendingPathComponent("Tests")
    var found: [TitledTest] = []
    for folder in folders {
      let place = root.appendingPathComponent(folder)
      let paths = try FileManager.default.subpathsOfDirectory(atPath: place.path).sorted()
      for path in paths where path.hasSuffix("Tests.swift") {
        let text = try String(contentsOf: place.appendingPathComponent(path), encoding: .utf8)
        let file = path.split(separator: "/").last.map { String($0.dropLast(6)) } ?? path
        for title in titles(text) { found.append(TitledTest(title: title, file: file)) }
      }
    }
    return found
  }

  /// The first argument of each `@Test(`, where that is a text.
  static func titles(_ source: String) -> [String] {
    source.components(separatedBy: "@Test(").dropFirst().compactMap { part in
      let opened = part.drop { $0 == " " || $0 == "\n" }
      guard opened.first == "\"" else { return nil }
      return String(opened.dropFirst().prefix { $0 != "\"" })
    }
  }

  /// Whether a title names a row: as a word of its own, or inside a range such as `S01 to S10`.
  static func names(_ title: String, _ id: String) -> Bool {
    let words = title.split { !$0.isLetter && !$0.isNumber }.map(String.init)
    let wanted = id.split(separator: " ").map(String.init)
    guard words.count >= wanted.count else { return false }
    return (0...words.count - wanted.count).contains {
      Array(words[$0..<$0 + wanted.count]) == wanted
    }
  }

  @Test("every row that is built is named by the title of a test")
  func everyRowIsNamed() throws {
    let tests = try Self.tests()
    let missing = Requirement.all.map(\.id).filter { id in
      !tests.contains { Self.names($0.title, id) }
    }
    #expect(missing.isEmpty, "rows that no test names: \(missing.joined(separator: ", "))")
    #expect(Set(Requirement.all.map(\.id)).count == Requirement.all.count)
  }

  @Test("every module has a table of its rejections, which a test's title names")
  func everyModuleHasARejectionTable() throws {
    let tests = try Self.tests()
    for name in ["kernel"] + Registry.modules.map(\.name) {
      #expect(
        tests.contains { Self.names($0.title, "rejections of \(name)") },
        "no test says it reaches the rejections of \(name)")
    }
  }

  @Test("the doors of every row are declared")
  func everyDoorExists() {
    for requirement in Requirement.all {
      #expect(!requirement.doors.isEmpty, "\(requirement.id) is reached through nothing")
      for door in requirement.doors {
        let parts = door.split(separator: ".").map(String.init)
        let module = Registry.modules.first { $0.name == parts[0] }
        let doors = (module?.calls.map(\.name) ?? []) + (module?.queries.map(\.name) ?? [])
        #expect(
          module != nil && (parts.count == 1 || doors.contains(parts[1])),
          "\(requirement.id) names the door \(door)")
      }
    }
  }

  @Test("titles and names are found, and only those")
  func scanner() {
    let source = "@Test(\n \"S04 a\") @Test(arguments: [\"T01\"]) @Test func b() // \"T02\"\n"
    #expect(Self.titles(source) == ["S04 a"])
    #expect(Self.names("S04 platinum", "S04") && Self.names("F7 S09", "S09"))
    #expect(Self.names("edge case 1, 3", "edge case 1"))
    #expect(
      !Self.names("edge case 15", "edge case 1") && !Self.names("edge case 1", "edge case 15"))
    #expect(!Self.names("F7b", "F7") && !Self.names("xS04", "S04") && !Self.names("", "S04"))
  }

  /// The page from the rows and the titles.
  private static func page() throws -> String {
    let tests = try tests()
    var page = """
      # Requirements and their tests

      Each row of the requirements that is built, the doors through which it is reached (calls and
      queries by module; a module alone stands for all of its doors), and the tests whose titles
      name it. `F` rows are the formulas. The page is made from the titles; what it lists is checked
      with every run of the tests.

      | row | asks for | doors | tests |
      |---|---|---|---|

      """
    for requirement in Requirement.all {
      var files: [String] = []
      for test in tests where names(test.title, requirement.id) && !files.contains(test.file) {
        files.append(test.file)
      }
      let doors = requirement.doors.map { "`\($0)`" }.joined(separator: ", ")
      let counted = files.map { file in
        let count = tests.count { $0.file == file && names($0.title, requirement.id) }
        return count == 1 ? file : "\(file) (\(count))"
      }
      page += "| \(requirement.id) | \(requirement.text) | \(doors) | "
      page += counted.joined(separator: ", ") + " |\n"
    }
    return page
  }

  @Test("docs/requirements.md is current; FREEHOLD_WRITE_DOCS=1 writes it anew")
  func requirementsPageIsUpToDate() throws {
    let page = try Self.page()
    let url = DevelopmentNetwork.root.appendingPathComponent("docs/requirements.md")
    if ProcessInfo.processInfo.environment["FREEHOLD_WRITE_DOCS"] == "1" {
      try page.write(to: url, atomically: true, encoding: .utf8)
    }
    let printed = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    #expect(
      printed == page,
      "write it anew: FREEHOLD_WRITE_DOCS=1 swift test --filter requirementsPageIsUpToDate")
  }
}
