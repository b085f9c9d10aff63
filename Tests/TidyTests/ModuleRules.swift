/// The skeleton of a module of the economy, and who may call whom.
enum ModuleRules {
  static let parts = ["", "State", "Rules", "Operations", "Queries", "ABI"]

  /// Files that a module does without, with the reason.
  static let absent: [String: String] = [
    "Sources/Economy/Batch/BatchState.swift": "a batch remembers nothing"
  ]

  static let marker = "// Accepted from here."

  /// A folder of the economy that has at least one file of the skeleton.
  struct Module {
    let name: String
    let folder: String
    let files: [SourceFile]

    func file(_ part: String) -> SourceFile? {
      files.first { $0.name == "\(name)\(part).swift" }
    }
  }

  static func modules(of tree: SourceTree) -> [Module] {
    let inside = tree.sources.filter { $0.path.hasPrefix("Sources/Economy/") }
    let folders = Set(inside.map(\.folders)).filter { $0.count > 2 }
    return folders.compactMap { path -> Module? in
      guard let name = path.last, name.first?.isUppercase == true else { return nil }
      let files = inside.filter { $0.folders.starts(with: path) }
      let isModule = parts.dropFirst().contains { part in
        files.contains { $0.name == "\(name)\(part).swift" }
      }
      guard isModule else { return nil }
      return Module(name: name, folder: path.joined(separator: "/"), files: files)
    }.sorted { $0.folder < $1.folder }
  }

  static let skeleton = Rule(
    name: "module skeleton",
    planted: [
      Planted(
        "Sources/Economy/Coin/CoinState.swift", "struct A {}\n", line: 1),
      Planted(
        "Sources/Economy/Coin/CoinRules.swift", "func a(\n  _ b: inout Int\n) {}\n", line: 2,
        others: others),
      Planted(
        "Sources/Economy/Coin/CoinQueries.swift", "mutating func a() {}\n", line: 1,
        others: others),
      Planted(
        "Sources/Economy/Coin/CoinABI.swift", "let a = JSONValue.null\n", line: 1, others: others),
      Planted(
        "Sources/Economy/Coin/CoinOperations.swift",
        "struct A {\n  func apply() throws(R) {\n    guard b else { throw .c }\n  }\n}\n", line: 2,
        others: others),
      Planted(
        "Sources/Economy/Coin/CoinOperations.swift",
        "func apply() throws(R) {\n  // Accepted from here.\n  throw .c\n}\n", line: 3,
        others: others),
      Planted("Sources/Economy/Coin/Coin.swift", "struct A {}\n", line: 1, others: others),
    ]
  ) { tree in
    modules(of: tree).flatMap { missing($0) + contents($0) }
      + absent.keys.sorted().compactMap { path in
        guard let file = tree[path] else { return nil }
        return file.finding(
          "module skeleton", line: 1, "listed as absent but here",
          "remove it from ModuleRules.absent")
      }
  }

  private static let cover = "/// a\n///\n/// b\n///\n/// c\nenum Coin {}\n"
  private static let others = Dictionary(
    uniqueKeysWithValues: parts.map {
      ("Sources/Economy/Coin/Coin\($0).swift", $0.isEmpty ? cover : "enum A {}\n")
    })

  private static func missing(_ module: Module) -> [Finding] {
    parts.compactMap { part in
      let path = "\(module.folder)/\(module.name)\(part).swift"
      guard module.file(part) == nil, absent[path] == nil, let first = module.files.first else {
        return nil
      }
      return first.finding(
        "module skeleton", line: 1, "\(path) is missing",
        "write it, or list it with a reason in ModuleRules.absent")
    }
  }

  private static func contents(_ module: Module) -> [Finding] {
    var findings: [Finding] = []
    if let file = module.file(""), !hasCoverPage(file) {
      findings.append(
        file.finding(
          "module skeleton", line: 1, "the cover page is missing",
          "open with /// lines: purpose, life cycle, who may, invariants, an example"))
    }
    findings += ban(
      module.file("Rules"), ["inout", "mutating", "LedgerState", "EconomyState", "post"],
      "rules are arithmetic without state", "take quantities and return quantities")
    findings += ban(
      module.file("Queries"), ["inout", "mutating", "post", "modify"], "queries do not write",
      "move the write to \(module.name)Operations.swift")
    findings += ban(
      module.file("ABI"), ["JSON", "JSONValue", "JSONWriter"], "the declaration knows no JSON",
      "let Interface write the JSON form")
    if let file = module.file("Operations") { findings += operations(file) }
    return findings
  }

  private static func hasCoverPage(_ file: SourceFile) -> Bool {
    let isDocumentation = (1...file.lineCount).map { file.text(file.bytes, line: $0) }
      .map { $0.hasPrefix("///") }
    return isDocumentation.split(separator: false).contains { $0.count >= 5 }
  }

  private static func ban(
    _ file: SourceFile?, _ words: [String], _ problem: String, _ repair: String
  ) -> [Finding] {
    guard let file else { return [] }
    return words.flatMap { word in
      file.code.offsets(of: word, asWord: true).map {
        file.finding("module skeleton", at: $0, "\(problem): '\(word)'", repair)
      }
    }
  }

  /// Each `apply` has one line after which nothing fails. The one that only hands the operations to
  /// the others needs none.
  private static func operations(_ file: SourceFile) -> [Finding] {
    let markers = file.comments.offsets(of: marker)
    return Function.all(in: file).filter { $0.name == "apply" }.flatMap { function -> [Finding] in
      guard let mark = markers.first(where: function.body.contains) else {
        let body = Array(file.code[function.body])
        let isDispatch =
          body.contains(text: "switch", asWord: true) && body.contains(text: "apply(")
        return isDispatch
          ? []
          : [
            file.finding(
              "module skeleton", line: function.line, "apply without '\(marker)'",
              "put the line between the last guard and the first write")
          ]
      }
      let writes = Array(file.code[mark..<function.body.upperBound])
      return ["throw", "try"].flatMap { word in
        writes.offsets(of: word, asWord: true).map {
          file.finding(
            "module skeleton", at: mark + $0, "'\(word)' after '\(marker)'",
            "check before the line, so that the writes cannot fail")
        }
      }
    }
  }

  static let calls = Rule(
    name: "who calls whom",
    planted: [
      Planted(
        "Sources/Economy/Pools/PoolsRules.swift", "let a = CoinRules.b\n", line: 1,
        others: ["Sources/Economy/Coin/CoinRules.swift": "enum CoinRules {}\n"]),
      Planted(
        "Sources/Economy/Registry.swift",
        "// calls: Pools -> Coin\n// calls: Coin -> Pools\n", line: 2,
        others: [
          "Sources/Economy/Coin/CoinRules.swift": "enum CoinRules { let a: PoolsRules }\n",
          "Sources/Economy/Pools/PoolsRules.swift": "enum PoolsRules { let a: CoinRules }\n",
        ]),
      Planted(
        "Sources/Economy/Registry.swift", "// calls: Pools -> Coin\n", line: 1,
        others: [
          "Sources/Economy/Coin/CoinRules.swift": "enum CoinRules {}\n",
          "Sources/Economy/Pools/PoolsRules.swift": "enum PoolsRules {}\n",
        ]),
    ]
  ) { tree in
    let all = modules(of: tree)
    let lines = declaredCalls(tree)
    var findings: [Finding] = []
    var used: Set<[String]> = []
    for caller in all {
      for callee in all where !related(caller, callee) {
        let names = callee.files.reduce(into: Set<String>()) { $0.formUnion(topTypes($1)) }
        for file in caller.files {
          guard let name = file.code.identifiers().intersection(names).sorted().first else {
            continue
          }
          used.insert([caller.name, callee.name])
          guard !lines.contains(where: { $0.names(caller.name, callee.name) }),
            let offset = file.code.offsets(of: name, asWord: true).first
          else { continue }
          findings.append(
            file.finding(
              "who calls whom", at: offset, "\(caller.name) uses \(name) of \(callee.name)",
              "add '// calls: \(caller.name) -> \(callee.name)' to Sources/Economy/Registry.swift"
                + " if \(callee.name) comes earlier; otherwise turn the call around"))
        }
      }
    }
    return findings + wrongLines(lines, used, in: tree)
  }

  private static func related(_ first: Module, _ second: Module) -> Bool {
    first.folder.hasPrefix(second.folder) || second.folder.hasPrefix(first.folder)
  }

  private struct Line {
    let number: Int
    let caller: String
    let callees: [String]

    func names(_ caller: String, _ callee: String) -> Bool {
      self.caller == caller && callees.contains(callee)
    }
  }

  /// `// calls: Staking -> Pools, Token`, one line a caller.
  private static func declaredCalls(_ tree: SourceTree) -> [Line] {
    guard let file = tree["Sources/Economy/Registry.swift"] else { return [] }
    return file.comments.offsets(of: "calls: ").compactMap { offset in
      let number = file.line(of: offset)
      let text = file.text(file.comments, line: number)
      guard let rest = text.split(separator: "calls: ", maxSplits: 1).last,
        text.drop(while: { $0 == "/" }).drop(while: { $0 == " " }).hasPrefix("calls: ")
      else { return nil }
      let sides = rest.split(separator: " -> ")
      guard sides.count == 2 else { return nil }
      // `Token -> (nothing)` names no module.
      let callees = sides[1].split(separator: ",").map {
        String($0.drop { $0 == " " }.prefix { $0.isLetter || $0.isNumber })
      }.filter { !$0.isEmpty }
      return Line(number: number, caller: String(sides[0]), callees: callees)
    }
  }

  /// Lines that close a circle, and calls that nobody makes.
  private static func wrongLines(
    _ lines: [Line], _ used: Set<[String]>, in tree: SourceTree
  ) -> [Finding] {
    guard let registry = tree["Sources/Economy/Registry.swift"] else { return [] }
    var findings: [Finding] = []
    var reach: [String: Set<String>] = [:]
    for line in lines {
      for callee in line.callees {
        let below = (reach[callee] ?? []).union([callee])
        if below.contains(line.caller) {
          findings.append(
            registry.finding(
              "who calls whom", line: line.number, "\(line.caller) -> \(callee) closes a circle",
              "let the later module call the earlier one only"))
        }
        if !used.contains([line.caller, callee]) {
          findings.append(
            registry.finding(
              "who calls whom", line: line.number, "\(line.caller) does not use \(callee)",
              "remove \(callee) from the line"))
        }
        for key in Set(reach.keys).union([line.caller]) {
          if key == line.caller || reach[key]?.contains(line.caller) == true {
            reach[key, default: []].formUnion(below)
          }
        }
      }
    }
    return findings
  }

  /// The names of types declared outside of any braces.
  private static func topTypes(_ file: SourceFile) -> Set<String> {
    var names: Set<String> = []
    for keyword in ["struct", "enum", "class", "protocol", "typealias", "actor"] {
      for offset in file.code.offsets(of: keyword, asWord: true) {
        let before = file.code[..<offset]
        let depth = before.reduce(into: 0) { depth, byte in
          if byte == Byte.openBrace { depth += 1 }
          if byte == Byte.closeBrace { depth -= 1 }
        }
        guard depth == 0 else { continue }
        let rest = file.code[(offset + keyword.utf8.count)...].drop { $0 == Byte.blank }
        names.insert(String(decoding: rest.prefix(while: Byte.isWord), as: UTF8.self))
      }
    }
    return names
  }
}
