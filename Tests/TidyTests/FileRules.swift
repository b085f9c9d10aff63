/// Names, lengths, bytes and use of files.
enum FileRules {
  static let names = Rule(
    name: "names",
    planted: [
      Planted("Sources/Node/IndexUtils.swift", "let a = 1\n", line: 1),
      Planted("Sources/Node/Helpers/A.swift", "let a = 1\n", line: 1),
      Planted("Tests/NodeTests/Check.swift", "import Testing\n@Test func a() {}\n", line: 2),
    ]
  ) { tree in
    let drawers =
      ["Util", "Utils", "Helper", "Helpers", "Common", "Manager", "Managers"]
      + ["Extra", "Extras", "Extension", "Extensions", "Misc"]
    return tree.files.flatMap { file -> [Finding] in
      var findings: [Finding] = []
      guard let top = file.folders.first, ["Sources", "Tests"].contains(top) else { return [] }
      for name in file.folders + [file.stem] {
        guard let word = camelWords(name).first(where: drawers.contains) else { continue }
        findings.append(
          file.finding(
            "names", line: 1, "'\(word)' in a name says nothing",
            "name the file after what it holds, or move its parts beside their users"))
      }
      let isTest = file.isSwift && top == "Tests" && file.folders.count > 1
      if isTest, !file.stem.hasSuffix("Tests"), let test = file.code.offsets(of: "@Test").first {
        findings.append(
          file.finding(
            "names", at: test, "tests in a file that is not named so",
            "rename it to \(file.stem)Tests.swift"))
      }
      return findings
    }
  }

  /// `IndexUtils` and `index_utils` are both Index and Utils.
  static func camelWords(_ name: String) -> [String] {
    var words: [String] = []
    var isStart = true
    for character in name {
      let isBreak = character == "_" || character == "-" || character == "+" || character == "."
      if isBreak {
        isStart = true
      } else if isStart || (character.isUppercase && words.last?.last?.isLowercase == true) {
        words.append(character.uppercased())
        isStart = false
      } else {
        words[words.count - 1].append(character)
      }
    }
    return words
  }

  static let lineLength = Rule(
    name: "line length",
    planted: [
      Planted(
        "Sources/Node/A.swift", "let a = 1\n// " + String(repeating: "é", count: 98) + "\n",
        line: 2)
    ]
  ) { tree in
    tree.files.filter { $0.isSwift || $0.path.hasSuffix(".py") || $0.path.hasPrefix("script/") }
      .flatMap { file in
        (1...file.lineCount).compactMap { line -> Finding? in
          let slice = file.slice(file.bytes, line: line)
          guard slice.count > 100 else { return nil }
          let columns = slice.count { $0 & 0xc0 != 0x80 }
          guard columns > 100 else { return nil }
          return file.finding(
            "line length", line: line, "\(columns) columns", "break the line at 100 columns")
        }
      }
  }

  static let bytes = Rule(
    name: "bytes",
    planted: [
      Planted("docs/a.md", "a\u{202e}b\n", line: 1),
      Planted("Sources/Node/A.swift", "let a = 1\n\tlet b = 2\n", line: 2),
      Planted("README.md", "one\ntwo", line: 2),
      Planted("README.md", "a\u{7}\n", line: 1),
    ]
  ) { tree in
    tree.files.flatMap { file -> [Finding] in
      var findings: [Finding] = []
      if let last = file.bytes.last, last != Byte.lineFeed {
        findings.append(
          file.finding("bytes", line: file.lineCount, "no line break at the end", "add one"))
      }
      for offset in file.bytes.indices {
        let byte = file.bytes[offset]
        let isControl = (byte < 0x20 && byte != Byte.lineFeed) || byte == 0x7f
        guard isControl || (byte >= 0xc2 && isInvisible(file.bytes, offset)) else { continue }
        findings.append(
          file.finding("bytes", at: offset, "an invisible character", "write it as an escape"))
      }
      return findings
    }
  }

  /// Second control block, text direction marks, zero-width characters, byte-order mark.
  private static func isInvisible(_ bytes: [UInt8], _ offset: Int) -> Bool {
    let next = offset + 1 < bytes.count ? bytes[offset + 1] : 0
    let third = offset + 2 < bytes.count ? bytes[offset + 2] : 0
    switch (bytes[offset], next, third) {
    case (0xc2, 0x80...0x9f, _): return true
    case (0xe2, 0x80, 0x8b...0x8f), (0xe2, 0x80, 0xa8...0xae): return true
    case (0xe2, 0x81, 0xa0...0xaf): return true
    case (0xef, 0xbb, 0xbf): return true
    default: return false
    }
  }

  static let deadFiles = Rule(
    name: "dead files",
    planted: [
      Planted("script/lost", "#!/usr/bin/env bash\nset -euo pipefail\n", line: 1),
      Planted("docs/lost.md", "# Lost\n", line: 1, others: ["README.md": "See docs/other.md.\n"]),
      Planted("economies/lost.json", "{}\n", line: 1),
    ]
  ) { tree in
    tree.files.compactMap { file -> Finding? in
      switch file.folders.first {
      case "script":
        guard !isMentioned("script/\(file.name)", by: tree, except: file) else { return nil }
        return file.finding(
          "dead files", line: 1, "no other file mentions script/\(file.name)",
          "mention it in README.md or docs, or remove it")
      case "docs":
        let pages = tree.files.filter { $0.path.hasSuffix(".md") && $0.path != file.path }
        guard !pages.contains(where: { $0.bytes.contains(text: file.name) }) else { return nil }
        return file.finding(
          "dead files", line: 1, "no page links to it", "link it from README.md or a page in docs")
      case "economies":
        let isUsed =
          isMentioned(file.name, by: tree, except: file)
          || isMentioned("\"\(file.stem)\"", by: tree, except: file)
        guard !isUsed else { return nil }
        return file.finding(
          "dead files", line: 1, "nothing uses it", "use it in a test or a script, or remove it")
      default: return nil
      }
    }
  }

  private static func isMentioned(
    _ name: String, by tree: SourceTree, except file: SourceFile
  ) -> Bool {
    tree.files.contains { $0.path != file.path && $0.bytes.contains(text: name, asWord: true) }
  }

  static let scripts = Rule(
    name: "scripts",
    planted: [
      Planted("script/a", "echo\n", line: 1),
      Planted("script/a", "#!/usr/bin/env bash\necho\n", line: 1),
    ]
  ) { tree in
    let folders: [String?] = ["script", ".ci"]
    return tree.files.filter { folders.contains($0.folders.first) }.flatMap { file -> [Finding] in
      var findings: [Finding] = []
      let first = file.text(file.bytes, line: 1)
      if !first.hasPrefix("#!") {
        findings.append(
          file.finding("scripts", line: 1, "no #! line", "begin with #!/usr/bin/env bash"))
      } else if first.hasSuffix("bash"), !file.bytes.contains(text: "set -euo pipefail") {
        findings.append(
          file.finding(
            "scripts", line: 1, "errors pass unnoticed", "add the line set -euo pipefail"))
      }
      if !file.isExecutable {
        findings.append(file.finding("scripts", line: 1, "not executable", "chmod +x \(file.path)"))
      }
      return findings
    }
  }
}
