import Foundation
import Testing

/// Goal: the house keeps its own rules. Method: every rule reads the whole repository as text, and
/// every rule must also notice faults planted in texts held in memory.
@Suite struct TidyTests {
  static let rules = [
    ImportRules.rule, WordRules.rule, FileRules.names, FileRules.lineLength, FileRules.bytes,
    FileRules.deadFiles, FileRules.scripts, LengthRules.files, LengthRules.functions,
    ModuleRules.skeleton, ModuleRules.calls, ProseRules.documentation, ProseRules.changeLog,
    ProseRules.readme, IncidentRules.rule,
  ]

  @Test("the repository keeps the rule", arguments: rules)
  func repository(_ rule: Rule) {
    for finding in rule.check(.repository) { Issue.record("\(finding)") }
  }

  @Test("the rule notices planted faults", arguments: rules)
  func planted(_ rule: Rule) {
    #expect(!rule.planted.isEmpty)
    for planted in rule.planted {
      let findings = rule.check(SourceTree(planted.files))
      let hit = findings.contains { $0.file == planted.file && $0.line == planted.line }
      #expect(hit, "\(rule.name) overlooks \(planted.files), finds \(findings)")
      for finding in findings { #expect(finding.rule == rule.name) }
    }
  }

  @Test("the repository was found")
  func found() {
    #expect(SourceTree.repository["Package.swift"] != nil)
    #expect(SourceTree.repository.sources.count > 10)
  }

  @Test("clean code of the pure floors passes")
  func clean() {
    let text = """
      /// A sum of `any` Double: words in comments are free.
      public func sum(_ left: UInt64, _ right: UInt64) throws(Rejection) -> UInt64 {
        let text = "as? throws Double \\(left != right ? rows[at: left] : !flag)"
        guard left != right, !text.isEmpty else { throw .same }
        let lookup = table[key: Key.first]
        return left + right
      }

      """
    let tree = SourceTree(["Sources/Ledger/Sum.swift": text])
    let findings = [ImportRules.rule, WordRules.rule, ProseRules.documentation]
      .flatMap { $0.check(tree) }
    #expect(findings == [])
  }
}

@Suite struct SwiftLexerTests {
  /// Each source with its code view; blanks stand for what is no code.
  @Test(
    "code, comments and literals are told apart",
    arguments: [
      ("a // b", "a     "),
      ("a /* b /* c */ d */ e", "a                   e"),
      ("\"a\" b", "\" \" b"),
      ("\"a\\\"b\" c", "\"    \" c"),
      ("\"a\\(b)c\" d", "\"   b  \" d"),
      ("\"\\(f(\"x\"))\" d", "\"  f(\" \") \" d"),
      ("#\"a\"b\"# c", " \"   \"  c"),
      ("\"\"\"\na\"b\n\"\"\" c", "\"  \n   \n\"   c"),
      ("\"// no\" a", "\"     \" a"),
      ("#if a", "#if a"),
    ])
  func views(_ source: String, _ code: String) {
    var lexer = SwiftLexer(Array(source.utf8))
    lexer.run()
    #expect(String(decoding: lexer.code, as: UTF8.self) == code)
    #expect(lexer.comments.count == source.utf8.count)
  }

  @Test("any bytes are read to their end")
  func hostile() {
    for source in ["\"", "\"\\(", "/*", "#\"", "\"\"\"", "\\", "\"\\", "\"\\(\"\\(", "#", ")"] {
      var lexer = SwiftLexer(Array(source.utf8))
      lexer.run()
      #expect(lexer.code.count == source.utf8.count)
    }
  }
}

@Suite struct FunctionTests {
  @Test("functions are found with their length; requirements and calls are not")
  func functions() {
    let file = SourceFile(
      path: "Sources/Node/A.swift",
      bytes: Array(
        """
        protocol P {
          func required(_ a: Int) -> Int
          init()
        }
        struct A {
          init(a: Int) { self.init() }
          func one() -> [Int] {
            [1].map { $0 }
          }
          static func < (left: A, right: A) -> Bool {
            true
          }
        }

        """.utf8))
    let found = Function.all(in: file).map { "\($0.name) \($0.line) \($0.lineCount)" }
    #expect(found == ["init 6 1", "one 7 3", "< 10 3"])
  }

  @Test("a long flat list of guards is allowed, with a loop it is not")
  func flatGuards() throws {
    let guards = String(repeating: "  guard a else { throw .b }\n", count: 80)
    for (text, isFlat) in [
      ("func a() {\n\(guards)}\n", true), ("func a() {\n  for b in c {}\n\(guards)}\n", false),
      ("func a() {\n" + String(repeating: "  b()\n", count: 80) + "}\n", false),
    ] {
      let file = SourceFile(path: "Sources/Node/A.swift", bytes: Array(text.utf8))
      #expect(try #require(Function.all(in: file).first).isFlatGuardList == isFlat)
    }
  }
}
