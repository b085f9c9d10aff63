/// Words that must not stand in code or text, each with what to write instead.
enum WordRules {
  static let pureTargets: Set<String> = ["Primitives", "Ledger", "Economy"]

  struct Word: Sendable {
    let text: String
    let instead: String

    init(_ text: String, _ instead: String) {
      self.text = text
      self.instead = instead
    }
  }

  /// In the code of the pure floors.
  static let pure = [
    Word("any", "use a concrete type, an enum or a generic"),
    Word("as?", "use an enum with a case per type"),
    Word("as!", "use an enum with a case per type"),
    Word("async", "compute in one go; waiting belongs to the Engine and above"),
    Word("await", "compute in one go; waiting belongs to the Engine and above"),
    Word("Double", "use UInt128 with basis points or a numerator and denominator"),
    Word("Float", "use UInt128 with basis points or a numerator and denominator"),
    Word("Float32", "use UInt128 with basis points or a numerator and denominator"),
    Word("Float64", "use UInt128 with basis points or a numerator and denominator"),
    Word("Date", "take LogicalTime from the block"),
    Word("Dictionary", "use a ledger table or a sorted array"),
    Word("Set<", "use a ledger table or a sorted array"),
    Word("[:]", "use a ledger table or a sorted array"),
    Word(".random", "the economy has no random choices; take the value as a parameter"),
    Word("hashValue", "use a digest of the canonical bytes"),
    Word("Hasher", "use a digest of the canonical bytes"),
    Word("rethrows", "write a typed throws"),
    Word("fatalError", "throw a Rejection; only a broken invariant may trap, by precondition"),
  ]

  /// What may stand on the pure floors all the same, each with a decision record.
  private static let decided = [
    // docs/decisions/0011-the-state-stands-at-an-address.md
    (path: "Sources/Ledger/LedgerState.swift", text: "let anchor: any Sendable")
  ]

  /// In the code of every Swift file.
  static let everywhereInCode = [
    Word("try!", "handle the error or pass it on")
  ]

  /// In the bytes of every file.
  static let everywhere = [
    Word("TODO", "do it, or write down the limit and its reason"),
    Word("FIXME", "mend it"),
    Word("XXX", "say what is meant"),
    Word("HACK", "say why it is so"),
    Word("not implemented", "build it, or let the message name what is supported"),
    Word("Not implemented", "build it, or let the message name what is supported"),
    Word("placeholder", "put the real thing there"),
    Word("-Ounchecked", "keep -O: overflow must trap"),
    Word("/work/", "use a path relative to the repository"),
    Word("/tmp/", "ask the system for a temporary folder"),
    Word("/root/", "use a path relative to the repository"),
    Word("pypi.org", "name the package, not its registry"),
    Word("pythonhosted", "name the package, not its registry"),
    Word("deb.debian.org", "name the package, not its registry"),
    Word("registry.npmjs", "name the package, not its registry"),
  ]

  /// In comments and prose: the repository speaks of the project, not of who made it when.
  static let workplace = [
    "this session", "last session", "previous session", "next session", "subagent", "sub-agent",
    "helper agent", "workplace", "language model wrote",
  ].map { Word($0, "speak of the project alone") }

  /// The words stand in this folder because it looks for them.
  private static let exempt = "Tests/TidyTests/"

  static let rule = Rule(
    name: "words",
    planted: [
      Planted("Sources/Ledger/A.swift", "let a: any Equatable\n", line: 1),
      Planted("Sources/Ledger/A.swift", "let anchor: any Sendable = 0\n", line: 1),
      Planted("Sources/Economy/A.swift", "// any\nlet a = b as? C\n", line: 2),
      Planted("Sources/Primitives/A.swift", "let a: Double = 1\n", line: 1),
      Planted("Sources/Ledger/A.swift", "let a: [String: Int]\n", line: 1),
      Planted("Sources/Ledger/A.swift", "let a: Set<Int>\n", line: 1),
      Planted("Sources/Ledger/A.swift", "func a()\n  throws -> Int { 1 }\n", line: 2),
      Planted("Sources/Ledger/A.swift", "let a = \"\\(b!)\"\n", line: 1),
      Planted("Sources/Node/A.swift", "let a = try! b()\n", line: 1),
      Planted("Tests/NodeTests/ATests.swift", "// TO" + "DO: more\n", line: 1),
      Planted("script/a", "#!/bin/sh\ncd /work/x\n", line: 2),
      Planted("docs/a.md", "As written in this session.\n", line: 1),
    ]
  ) { tree in
    var findings: [Finding] = []
    for file in tree.files where !file.path.hasPrefix(exempt) {
      findings += search(file, file.bytes, everywhere)
      findings += search(file, file.comments, workplace)
      guard file.isSwift else { continue }
      findings += search(file, file.code, everywhereInCode)
      guard let target = file.target, pureTargets.contains(target) else { continue }
      findings += search(file, undecided(file), pure)
      findings += untypedThrows(file) + dictionaryTypes(file) + forcedUnwraps(file)
    }
    return findings
  }

  private static func search(
    _ file: SourceFile, _ view: [UInt8], _ words: [Word]
  ) -> [Finding] {
    words.flatMap { word in
      view.offsets(of: word.text, asWord: true).map {
        file.finding("words", at: $0, "'\(word.text)' stands here", word.instead)
      }
    }
  }

  /// The code without what a decision record allows.
  private static func undecided(_ file: SourceFile) -> [UInt8] {
    var code = Array(file.code)
    for allowed in decided where allowed.path == file.path {
      for offset in file.code.offsets(of: allowed.text) {
        for place in offset..<offset + allowed.text.utf8.count { code[place] = UInt8(ascii: " ") }
      }
    }
    return code
  }

  private static func untypedThrows(_ file: SourceFile) -> [Finding] {
    file.code.offsets(of: "throws", asWord: true).compactMap { offset in
      let after = offset + "throws".utf8.count
      guard after >= file.code.count || file.code[after] != Byte.openParenthesis else { return nil }
      return file.finding(
        "words", at: offset, "'throws' without a type", "write throws(Rejection) or another error")
    }
  }

  /// `[Key: Value]` with both sides beginning like types. A table by that shape is a dictionary.
  private static func dictionaryTypes(_ file: SourceFile) -> [Finding] {
    let code = file.code
    return code.offsets(of: ": ").compactMap { colon in
      var start = colon
      while start > 0, Byte.isWord(code[start - 1]) || code[start - 1] == UInt8(ascii: ".") {
        start -= 1
      }
      guard start > 0, start < colon, code[start - 1] == Byte.openBracket, isUpper(code[start]),
        colon + 2 < code.count, isUpper(code[colon + 2]) || code[colon + 2] == Byte.openBracket
      else { return nil }
      return file.finding(
        "words", at: start, "a dictionary type", "use a ledger table or a sorted array")
    }
  }

  /// A `!` right after a value, other than `!=`.
  private static func forcedUnwraps(_ file: SourceFile) -> [Finding] {
    let code = file.code
    return code.offsets(of: "!").compactMap { offset in
      guard offset > 0 else { return nil }
      let before = code[offset - 1]
      let isValue =
        Byte.isWord(before) || before == Byte.closeParenthesis || before == Byte.closeBracket
        || before == Byte.quote
      let isUnequal = offset + 1 < code.count && code[offset + 1] == UInt8(ascii: "=")
      // `try!` and `as!` have messages of their own.
      let word = code[max(0, offset - 3)..<offset]
      let isKeyword = word.elementsEqual("try".utf8) || word.dropFirst().elementsEqual("as".utf8)
      guard isValue, !isUnequal, !isKeyword else { return nil }
      return file.finding(
        "words", at: offset, "a forced unwrap", "bind with guard let and throw, or trap by name")
    }
  }

  private static func isUpper(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }
}
