/// The table of floors: what each target may import. Imports point down; the build refuses circles,
/// this refuses everything else.
enum ImportRules {
  struct Row: Sendable {
    let target: String
    let targets: [String]
    /// Modules of the system and of C that the target owns.
    let system: [String]
  }

  static let economyAndBelow = ["Economy", "Ledger", "Cryptography", "Primitives"]
  static let engineAndBelow = ["Engine", "Storage"] + economyAndBelow
  static let everything =
    ["Arguments", "Node", "Simulation", "Interface", "HTTP", "EconomyFile"] + engineAndBelow

  static let table = [
    Row(target: "Primitives", targets: [], system: []),
    Row(target: "Arguments", targets: ["Primitives"], system: []),
    Row(
      target: "Cryptography", targets: ["Primitives"],
      system: ["CSecp256k1", "CNettle", "CSHA256", "CSodium", "Glibc", "Synchronization"]),
    Row(target: "Ledger", targets: ["Cryptography", "Primitives"], system: []),
    Row(target: "Economy", targets: ["Ledger", "Cryptography", "Primitives"], system: []),
    Row(
      target: "Storage", targets: ["Cryptography", "Primitives"],
      system: ["CZstd", "Glibc", "Synchronization"]),
    Row(
      target: "HTTP", targets: ["Primitives"],
      system: ["CGnuTLS", "CMicroHTTPD", "CNettle", "CWslay", "Glibc", "Synchronization"]),
    Row(target: "EconomyFile", targets: economyAndBelow, system: ["Glibc"]),
    Row(
      target: "Engine", targets: ["Storage"] + economyAndBelow,
      system: ["Dispatch", "Glibc", "Synchronization"]),
    Row(
      target: "Interface", targets: ["EconomyFile"] + engineAndBelow,
      system: ["Glibc", "Synchronization"]),
    Row(
      target: "Node", targets: ["Interface", "HTTP", "EconomyFile"] + engineAndBelow,
      system: ["CSQLite", "Glibc", "Synchronization"]),
    // No clock and no disk of its own, so no Glibc: whoever runs it brings them.
    Row(
      target: "Simulation", targets: ["EconomyFile"] + engineAndBelow,
      system: ["Synchronization"]),
    Row(target: "freehold", targets: everything, system: ["Glibc", "Synchronization"]),
    Row(
      target: "bench", targets: everything,
      system: ["CSecp256k1", "Dispatch", "Glibc", "Synchronization"]),
    Row(target: "fuzz", targets: everything, system: ["Glibc", "Synchronization"]),
  ]

  static let rule = Rule(
    name: "imports",
    planted: [
      Planted("Sources/Ledger/Ledger.swift", "// a\nimport Foundation\n", line: 2),
      Planted("Sources/Ledger/Ledger.swift", "internal import Economy\n", line: 1),
      Planted("Sources/Storage/Journal.swift", "public import struct Ledger.Row\n", line: 1),
      Planted("Sources/Node/Node.swift", "@preconcurrency import CMicroHTTPD\n", line: 1),
      Planted("Sources/Economy/Economy.swift", "import Glibc\n", line: 1),
      Planted("Sources/Vault/Vault.swift", "let a = 1\n", line: 1),
    ]
  ) { tree in
    tree.sources.flatMap(findings)
  }

  private static func findings(_ file: SourceFile) -> [Finding] {
    guard let target = file.target else { return [] }
    guard let row = table.first(where: { $0.target == target }) else {
      return [
        file.finding(
          "imports", line: 1, "target \(target) is not in the table of floors",
          "give it a row in Tests/TidyTests/ImportRules.swift and a record in docs/decisions")
      ]
    }
    return imports(of: file).compactMap { line, module in
      guard !row.targets.contains(module), !row.system.contains(module) else { return nil }
      let allowed = (row.targets + row.system).joined(separator: ", ")
      return file.finding(
        "imports", line: line, "\(target) must not import \(module)",
        "move what needs it to a floor that may, or pass the value in; "
          + "\(target) may import \(allowed.isEmpty ? "nothing" : allowed)")
    }
  }

  /// Every import with its line: attributes, access and kind taken off, submodules cut.
  static func imports(of file: SourceFile) -> [(line: Int, module: String)] {
    file.code.offsets(of: "import", asWord: true).compactMap { offset in
      let line = file.line(of: offset)
      let words = file.text(file.code, line: line).split(whereSeparator: { $0 == " " })
      guard let place = words.firstIndex(of: "import") else { return nil }
      let before = words[..<place]
      let modifiers = ["public", "package", "internal", "fileprivate", "private"]
      guard before.allSatisfy({ $0.hasPrefix("@") || modifiers.contains(String($0)) }) else {
        return nil
      }
      let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      let after = words[(place + 1)...].filter { !kinds.contains(String($0)) }
      guard let path = after.first, let module = path.split(separator: ".").first else {
        return nil
      }
      return (line, String(module))
    }
  }
}
