import Foundation

/// Documentation comments, the change log and the README.
enum ProseRules {
  /// Conformances whose meaning their protocol already states.
  static let stated = [
    "static let zero", "func hash(into", "var description", "var debugDescription",
    "func makeIterator", "func next()", "func index(", "var startIndex", "var endIndex",
    "static var abiType", "static var meaning", "static let abiType", "static let meaning",
    "static func decode(_ reader: inout ABIReader", "func encode(into writer: inout ABIWriter",
    "func encode(into", "typealias ", "init(", "init?(", "init<", "init?<", "deinit",
  ]

  static let documentation = Rule(
    name: "documentation",
    planted: [
      Planted(
        "Sources/Node/A.swift", "/// A.\npublic struct A {\n\n  public var a: Int { 1 }\n}\n",
        line: 4),
      Planted("Sources/Node/A.swift", "@inlinable\npublic func a() {}\n", line: 2),
      Planted(
        "Sources/Node/A.swift", "/// A.\n/// Throws.\nlet b = 1\npublic enum A {}\n", line: 4),
    ]
  ) { tree in
    let requirements = tree.sources.reduce(into: Set<String>()) {
      $0.formUnion(requirementNames($1))
    }
    return tree.sources.flatMap { file -> [Finding] in
      let findings = file.code.offsets(of: "public", asWord: true).compactMap {
        offset -> Finding? in
        let line = file.line(of: offset)
        let text = file.text(file.code, line: line)
        guard let declaration = declaration(text), !isDocumented(file, line),
          !(memberName(declaration).map(requirements.contains) ?? false)
        else { return nil }
        return file.finding(
          "documentation", line: line, "'\(declaration)' has no /// comment",
          "say what it is, its unit and range, and what it throws")
      }
      let owed = undocumented[file.path] ?? 0
      guard findings.count < owed else { return findings.count == owed ? [] : findings }
      return [
        file.finding(
          "documentation", line: 1,
          "\(findings.count) comments are missing, the table says \(owed)",
          "lower its entry in Tests/TidyTests/ProseRules.swift, or remove it at 0")
      ]
    }
  }

  /// How many comments a file still owes. The table may only shrink.
  static let undocumented: [String: Int] = [:]

  /// What the protocols of the repository ask for: their implementations are documented there.
  private static func requirementNames(_ file: SourceFile) -> Set<String> {
    var names: Set<String> = []
    for offset in file.code.offsets(of: "protocol", asWord: true) {
      guard let opening = file.code[offset...].firstIndex(of: Byte.openBrace) else { continue }
      var depth = 0
      var end = opening
      for place in opening..<file.code.count {
        if file.code[place] == Byte.openBrace { depth += 1 }
        if file.code[place] == Byte.closeBrace { depth -= 1 }
        end = place
        if depth == 0 { break }
      }
      for line in file.line(of: opening)...file.line(of: end) {
        if let name = memberName(file.text(file.code, line: line)) { names.insert(name) }
      }
    }
    return names
  }

  /// The name after `func` or `var`, or nil for other declarations.
  private static func memberName(_ declaration: String) -> String? {
    let words = declaration.split { !($0.isLetter || $0.isNumber || $0 == "_") }
    guard let place = words.firstIndex(where: { $0 == "func" || $0 == "var" }),
      place + 1 < words.count
    else { return nil }
    return String(words[place + 1])
  }

  /// What follows `public` and its modifiers, or nil where no comment is owed.
  private static func declaration(_ text: String) -> String? {
    var words = text.split(separator: " ")[...]
    while let word = words.first, word.hasPrefix("@") || word == "nonisolated" || word == "final" {
      words.removeFirst()
    }
    guard words.popFirst() == "public" else { return nil }
    let rest = words.joined(separator: " ")
    let exempt = ["import ", "extension ", "override "]
    guard !exempt.contains(where: rest.hasPrefix), !stated.contains(where: rest.hasPrefix),
      !isOperator(rest)
    else { return nil }
    return rest
  }

  /// `static func + (…)` and the like mean what they mean everywhere.
  private static func isOperator(_ declaration: String) -> Bool {
    let head = "static func "
    guard declaration.hasPrefix(head), let first = declaration.utf8.dropFirst(head.utf8.count).first
    else { return false }
    return !Byte.isWord(first) && first != UInt8(ascii: "`")
  }

  /// A comment stands right above, attributes between; or the line goes on a run of stored
  /// properties of which the first, or the struct that they open, is commented.
  private static func isDocumented(_ file: SourceFile, _ line: Int) -> Bool {
    let isStored = isStoredProperty(file.text(file.code, line: line))
    var above = line - 1
    while above >= 1 {
      let text = file.text(file.bytes, line: above)
      if text.hasPrefix("///") || text.hasSuffix("*/") { return true }
      let opensType = isStored && text.hasPrefix("public struct ") && text.hasSuffix("{")
      guard text.hasPrefix("@") || opensType || (isStored && isStoredProperty(text)) else {
        return false
      }
      above -= 1
    }
    return false
  }

  private static func isStoredProperty(_ text: String) -> Bool {
    let heads = ["public let ", "public var ", "public internal(set) var ", "public static let "]
    return heads.contains(where: text.hasPrefix) && !text.hasSuffix("{")
  }

  static let changeLog = Rule(
    name: "change log",
    planted: [
      Planted("CHANGELOG.md", "# Changes\n", line: 1),
      Planted("CHANGELOG.md", "# Changelog\n\n## 1.0\n", line: 3),
      Planted("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n### News\n", line: 5),
      Planted("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing\n", line: 7),
    ]
  ) { tree in
    guard let file = tree["CHANGELOG.md"] else {
      guard tree["README.md"] != nil else { return [] }
      return [missing("CHANGELOG.md", "change log", "write it, beginning with # Changelog")]
    }
    let sections = ["### Added", "### Changed", "### Fixed", "### Removed", "### Internals"]
    var findings: [Finding] = []
    var versions = 0
    func add(_ line: Int, _ problem: String, _ repair: String) {
      findings.append(file.finding("change log", line: line, problem, repair))
    }
    for line in 1...file.lineCount {
      let text = String(decoding: file.slice(file.bytes, line: line), as: UTF8.self)
      let isLast =
        line == file.lineCount || !file.text(file.bytes, line: line + 1).first.isContinuation
      if line == 1 {
        if text != "# Changelog" { add(line, "the title is wrong", "write # Changelog") }
      } else if text.hasPrefix("### ") {
        let names = sections.map { $0.dropFirst(4) }.joined(separator: ", ")
        if !sections.contains(text) { add(line, "unknown section", "use one of \(names)") }
      } else if text.hasPrefix("## ") {
        versions += 1
        let isRight = versions == 1 ? text == "## Unreleased" : isRelease(text)
        if !isRight {
          add(line, "wrong version line", "## Unreleased first, then ## 1.2.3 - 2026-01-31")
        }
      } else if !text.isEmpty, versions > 0 {
        let isNote = text.hasPrefix("- ") || text.hasPrefix("  ")
        if !isNote { add(line, "neither heading nor note", "begin notes with '- '") }
        if isNote, isLast, !text.hasSuffix(".") { add(line, "a note without end", "end with '.'") }
      }
    }
    if versions == 0 { add(1, "no version", "add ## Unreleased") }
    return findings
  }

  /// `## 1.2.3 - 2026-01-31`
  private static func isRelease(_ text: String) -> Bool {
    let form = text.map { $0.isNumber ? "9" : $0 }
    guard let dash = text.range(of: " - ") else { return false }
    let version = text[..<dash.lowerBound].dropFirst(3).split(separator: ".")
    return version.count == 3 && version.allSatisfy { UInt($0) != nil }
      && String(form).hasSuffix(" - 9999-99-99")
  }

  private static func missing(_ file: String, _ rule: String, _ repair: String) -> Finding {
    Finding(file: file, line: 1, rule: rule, problem: "the file is missing", repair: repair)
  }

  static let readme = Rule(
    name: "readme",
    planted: [
      Planted("README.md", "# A\n", line: 1, others: ["economies/a.json": "{}\n"]),
      Planted("README.md", "# A\n\n<!-- transcript:main-job -->\n", line: 3),
    ]
  ) { tree in
    guard let file = tree["README.md"] else {
      return [missing("README.md", "readme", "say what it is, three commands, a line per folder")]
    }
    let folders = tree.topFolders.filter { !file.bytes.contains(text: "\($0)/", asWord: true) }
    var findings = folders.map {
      file.finding("readme", line: 1, "\($0)/ is not mentioned", "give the folder one line")
    }
    for offset in file.bytes.offsets(of: "<!-- transcript:") {
      let name = String(
        decoding: file.bytes[(offset + 16)...].prefix { $0 != Byte.blank }, as: UTF8.self)
      if !file.bytes.contains(text: "<!-- /transcript -->") {
        findings.append(
          file.finding(
            "readme", at: offset, "transcript \(name) has no end", "add <!-- /transcript -->"))
      }
    }
    return findings
  }
}

extension Character? {
  /// Whether a line that begins so goes on the note above it: no heading, no note, not empty.
  fileprivate var isContinuation: Bool {
    guard let self else { return false }
    return self != "-" && self != "#"
  }
}
