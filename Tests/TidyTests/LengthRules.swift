/// How long files and functions may be. The tables hold the exceptions; they may only shrink.
enum LengthRules {
  static let fileLimit = 400
  static let functionLimit = 70

  /// Files above the limit, with their exact length.
  static let longFiles: [String: Int] = [:]
  /// Functions above the limit, as `file name`, with their exact length.
  static let longFunctions: [String: Int] = [:]

  static let files = Rule(
    name: "file length",
    planted: [
      Planted(
        "Sources/Node/A.swift", String(repeating: "// a\n", count: 401), line: 401)
    ]
  ) { tree in
    tree.sources.compactMap { file in
      ratchet(
        "file length", file, line: file.lineCount, key: file.path, length: file.lineCount,
        limit: fileLimit, table: longFiles)
    } + stale(longFiles, in: tree, "file length")
  }

  static let functions = Rule(
    name: "function length",
    planted: [
      Planted(
        "Sources/Node/A.swift",
        "struct A {\n  func a(b: Int) -> Int {\n" + String(repeating: "    work()\n", count: 70)
          + "  }\n}\n", line: 2),
      Planted(
        "Sources/Node/A.swift",
        "func a() throws(E) {\n  for a in b {}\n"
          + String(repeating: "  guard a else { throw .b }\n", count: 80) + "}\n", line: 1),
    ]
  ) { tree in
    tree.sources.flatMap { file in
      Function.all(in: file).compactMap { function -> Finding? in
        guard !function.isFlatGuardList else { return nil }
        return ratchet(
          "function length", file, line: function.line, key: "\(file.path) \(function.name)",
          length: function.lineCount, limit: functionLimit, table: longFunctions)
      }
    } + stale(longFunctions, in: tree, "function length")
  }

  private static func ratchet(
    _ rule: String, _ file: SourceFile, line: Int, key: String, length: Int, limit: Int,
    table: [String: Int]
  ) -> Finding? {
    let allowed = table[key] ?? limit
    if length > allowed {
      return file.finding(
        rule, line: line, "\(length) lines, \(allowed) are allowed",
        "split by what a reader asks for; see docs/style.md")
    }
    guard let listed = table[key], length < listed else { return nil }
    let repair = length > limit ? "lower its entry to \(length)" : "remove its entry"
    return file.finding(
      rule, line: line, "shrank to \(length) lines, the table says \(listed)",
      "\(repair) in Tests/TidyTests/LengthRules.swift")
  }

  /// Entries of files that are gone.
  private static func stale(
    _ table: [String: Int], in tree: SourceTree, _ rule: String
  ) -> [Finding] {
    table.keys.sorted().compactMap { key in
      let path = key.split(separator: " ").first.map(String.init) ?? key
      guard tree[path] == nil else { return nil }
      return Finding(
        file: path, line: 1, rule: rule, problem: "the file is gone",
        repair: "remove its entry in Tests/TidyTests/LengthRules.swift")
    }
  }
}

/// A function or initialiser with a body, found by its keyword and braces.
struct Function {
  let name: String
  /// The line of the keyword, from 1.
  let line: Int
  let lineCount: Int
  /// Offsets of the code between the braces.
  let body: Range<Int>
  /// Guards and calls one after another: no loop, no nesting beyond a guard's own braces.
  let isFlatGuardList: Bool

  static func all(in file: SourceFile) -> [Function] {
    ["func", "init"].flatMap { keyword in
      file.code.offsets(of: keyword, asWord: true).compactMap { at(keyword, $0, in: file) }
    }.sorted { $0.line < $1.line }
  }

  private static func at(_ keyword: String, _ offset: Int, in file: SourceFile) -> Function? {
    let code = file.code
    // `self.init(…)` and `.init(…)` are calls.
    if offset > 0, code[offset - 1] == UInt8(ascii: ".") { return nil }
    guard let opening = bodyStart(code, from: offset + keyword.utf8.count) else { return nil }
    var depth = 0
    var deepest = 0
    var end = opening
    for place in opening..<code.count {
      if code[place] == Byte.openBrace { depth += 1 }
      if code[place] == Byte.closeBrace { depth -= 1 }
      deepest = max(deepest, depth)
      end = place
      if depth == 0 { break }
    }
    let first = file.line(of: offset)
    let inside = Array(code[opening..<end])
    let hasLoop = ["for", "while", "repeat"].contains { inside.contains(text: $0, asWord: true) }
    let guards = inside.offsets(of: "guard", asWord: true).count
    let lineCount = file.line(of: end) - first + 1
    return Function(
      name: name(code, after: offset, keyword), line: first, lineCount: lineCount,
      body: opening + 1..<max(opening + 1, end),
      isFlatGuardList: !hasLoop && deepest <= 2 && guards * 6 >= lineCount)
  }

  private static func name(_ code: [UInt8], after offset: Int, _ keyword: String) -> String {
    guard keyword == "func" else { return keyword }
    let rest = code[(offset + 4)...].drop { $0 == Byte.blank }
    let isNamed = rest.first.map(Byte.isWord) ?? false
    let name = rest.prefix { isNamed ? Byte.isWord($0) : $0 != Byte.openParenthesis }
    return String(decoding: name, as: UTF8.self).split(separator: " ").first.map(String.init) ?? ""
  }

  /// The `{` of the body, or nil for a requirement without one.
  private static func bodyStart(_ code: [UInt8], from start: Int) -> Int? {
    var depth = 0
    var isLineStart = false
    for place in start..<code.count {
      switch code[place] {
      case Byte.openParenthesis, Byte.openBracket: depth += 1
      case Byte.closeParenthesis, Byte.closeBracket: depth -= 1
      case Byte.openBrace where depth == 0: return place
      case Byte.closeBrace where depth == 0: return nil
      case Byte.lineFeed: isLineStart = true
      case Byte.blank: break
      default:
        if isLineStart, depth == 0, beginsDeclaration(code, place) { return nil }
        isLineStart = false
      }
      if depth < 0 { return nil }
    }
    return nil
  }

  private static func beginsDeclaration(_ code: [UInt8], _ place: Int) -> Bool {
    let words = [
      "func", "init", "var", "let", "static", "mutating", "case", "public", "private", "struct",
      "enum", "class", "extension", "protocol", "typealias", "associatedtype", "subscript", "@",
      "borrowing", "consuming", "package", "fileprivate", "final", "override", "deinit",
    ]
    return words.contains { word in
      let end = place + word.utf8.count
      guard end <= code.count, code[place..<end].elementsEqual(word.utf8) else { return false }
      return word == "@" || end == code.count || !Byte.isWord(code[end])
    }
  }
}
