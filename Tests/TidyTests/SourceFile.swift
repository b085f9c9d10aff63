import Foundation

/// A file of the repository as bytes, with its lines and, for Swift, what is code and what comment.
struct SourceFile: Sendable {
  let path: String
  let bytes: [UInt8]
  /// Same length as `bytes`; comments and the insides of string literals are blanks.
  let code: [UInt8]
  /// Same length as `bytes`; everything but comments is blank.
  let comments: [UInt8]
  /// Offsets at which lines begin; the first is 0.
  let lineStarts: [Int]
  let isExecutable: Bool

  init(path: String, bytes: [UInt8], isExecutable: Bool = false) {
    self.path = path
    self.bytes = bytes
    self.isExecutable = isExecutable
    if path.hasSuffix(".swift") {
      var lexer = SwiftLexer(bytes)
      lexer.run()
      code = lexer.code
      comments = lexer.comments
    } else {
      code = bytes
      comments = bytes
    }
    var starts = [0]
    for offset in bytes.indices where bytes[offset] == Byte.lineFeed { starts.append(offset + 1) }
    if starts.last == bytes.count && starts.count > 1 { starts.removeLast() }
    lineStarts = starts
  }

  var isSwift: Bool { path.hasSuffix(".swift") }
  var name: String { String(path.split(separator: "/").last ?? "") }
  var stem: String { String(name.split(separator: ".").first ?? "") }
  var folders: [String] { path.split(separator: "/").dropLast().map(String.init) }
  var lineCount: Int { lineStarts.count }

  /// The target whose source this is, or nil.
  var target: String? {
    let parts = folders
    return parts.first == "Sources" && parts.count > 1 && parts[1] != "C" ? parts[1] : nil
  }

  /// The line of an offset, counted from 1.
  func line(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The bytes of a line (from 1) out of one of the three views, without the line break.
  func slice(_ view: [UInt8], line: Int) -> ArraySlice<UInt8> {
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] : bytes.count
    while end > start, bytes[end - 1] == Byte.lineFeed { end -= 1 }
    return view[start..<end]
  }

  /// A line of one of the three views as text, without blanks at its ends.
  func text(_ view: [UInt8], line: Int) -> String {
    String(decoding: slice(view, line: line), as: UTF8.self)
      .trimmingCharacters(in: .whitespaces)
  }

  func finding(_ rule: String, at offset: Int, _ problem: String, _ repair: String) -> Finding {
    finding(rule, line: line(of: offset), problem, repair)
  }

  func finding(_ rule: String, line: Int, _ problem: String, _ repair: String) -> Finding {
    Finding(file: path, line: line, rule: rule, problem: problem, repair: repair)
  }
}

/// The bytes that the rules speak of.
enum Byte {
  static let lineFeed = UInt8(ascii: "\n")
  static let blank = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")
  static let slash = UInt8(ascii: "/")
  static let star = UInt8(ascii: "*")
  static let hash = UInt8(ascii: "#")
  static let openParenthesis = UInt8(ascii: "(")
  static let closeParenthesis = UInt8(ascii: ")")
  static let openBracket = UInt8(ascii: "[")
  static let closeBracket = UInt8(ascii: "]")
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")

  /// Whether a byte can stand in a Swift identifier.
  static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
}

extension [UInt8] {
  /// The offsets at which a text stands. With `asWord`, identifier characters at the text's ends
  /// must not go on beyond it.
  func offsets(of text: String, asWord: Bool = false) -> [Int] {
    let wanted = Array(text.utf8)
    guard let first = wanted.first, let last = wanted.last, wanted.count <= count else { return [] }
    var found: [Int] = []
    withUnsafeBytes { all in
      guard let base = all.baseAddress else { return }
      var from = 0
      while let hit = memchr(base + from, Int32(first), all.count - from) {
        let offset = base.distance(to: UnsafeRawPointer(hit))
        let after = offset + wanted.count
        guard after <= all.count else { return }
        from = offset + 1
        guard memcmp(base + offset, wanted, wanted.count) == 0 else { continue }
        if asWord {
          if Byte.isWord(first), offset > 0, Byte.isWord(all[offset - 1]) { continue }
          if Byte.isWord(last), after < all.count, Byte.isWord(all[after]) { continue }
        }
        found.append(offset)
      }
    }
    return found
  }

  /// Whether the text stands anywhere.
  func contains(text: String, asWord: Bool = false) -> Bool {
    !offsets(of: text, asWord: asWord).isEmpty
  }

  /// The identifiers of a code view, each once.
  func identifiers() -> Set<String> {
    var result: Set<String> = []
    var start: Int?
    for offset in 0...count {
      let isWord = offset < count && Byte.isWord(self[offset])
      if isWord, start == nil {
        start = offset
      } else if !isWord, let from = start {
        result.insert(String(decoding: self[from..<offset], as: UTF8.self))
        start = nil
      }
    }
    return result
  }
}
