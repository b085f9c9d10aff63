/// Tells code, comments and string literals of a Swift source apart. It knows nested comments,
/// raw and multi-line strings and interpolation, and nothing else of the language.
struct SwiftLexer {
  private(set) var code: [UInt8]
  private(set) var comments: [UInt8]
  private let bytes: [UInt8]
  private var offset = 0
  private var open: [Literal] = []

  /// A string literal that is being read, and how deep in the parentheses of an interpolation.
  private struct Literal {
    let hashes: Int
    let isMultiLine: Bool
    /// nil in the text; a number while in an interpolation.
    var depth: Int?
  }

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    code = [UInt8](repeating: Byte.blank, count: bytes.count)
    comments = code
    for offset in bytes.indices where bytes[offset] == Byte.lineFeed {
      code[offset] = Byte.lineFeed
      comments[offset] = Byte.lineFeed
    }
  }

  mutating func run() {
    while offset < bytes.count {
      if let literal = open.last, literal.depth == nil {
        readText(literal)
      } else {
        readCode()
      }
    }
  }

  private func at(_ place: Int) -> UInt8 {
    place < bytes.count ? bytes[place] : 0
  }

  private mutating func keep(_ count: Int = 1) {
    let end = min(offset + count, bytes.count)
    while offset < end {
      code[offset] = bytes[offset]
      offset += 1
    }
  }

  private mutating func readCode() {
    let byte = bytes[offset]
    switch byte {
    case Byte.slash where at(offset + 1) == Byte.slash: readLineComment()
    case Byte.slash where at(offset + 1) == Byte.star: readBlockComment()
    case Byte.quote: openLiteral(hashes: 0)
    case Byte.hash: readHashes()
    case Byte.openParenthesis:
      if let depth = open.last?.depth { open[open.count - 1].depth = depth + 1 }
      keep()
    case Byte.closeParenthesis: closeParenthesis()
    default: keep()
    }
  }

  private mutating func closeParenthesis() {
    guard let depth = open.last?.depth else { return keep() }
    open[open.count - 1].depth = depth == 1 ? nil : depth - 1
    if depth == 1 { offset += 1 } else { keep() }
  }

  private mutating func readHashes() {
    var count = 0
    while at(offset + count) == Byte.hash { count += 1 }
    if at(offset + count) == Byte.quote {
      offset += count
      openLiteral(hashes: count)
    } else {
      keep(count)
    }
  }

  private mutating func openLiteral(hashes: Int) {
    let isMultiLine = at(offset + 1) == Byte.quote && at(offset + 2) == Byte.quote
    code[offset] = Byte.quote
    offset += isMultiLine ? 3 : 1
    open.append(Literal(hashes: hashes, isMultiLine: isMultiLine))
  }

  private func hashesFollow(_ place: Int, _ count: Int) -> Bool {
    for step in 0..<count where at(place + step) != Byte.hash { return false }
    return true
  }

  private mutating func readText(_ literal: Literal) {
    let byte = bytes[offset]
    if byte == Byte.backslash && hashesFollow(offset + 1, literal.hashes) {
      let next = offset + 1 + literal.hashes
      if at(next) == Byte.openParenthesis { open[open.count - 1].depth = 1 }
      offset = next + 1
      return
    }
    let quotes = literal.isMultiLine ? 3 : 1
    var isEnd = hashesFollow(offset + quotes, literal.hashes)
    for step in 0..<quotes where at(offset + step) != Byte.quote { isEnd = false }
    // An unfinished one-line literal ends with its line, so that one slip spoils one line.
    if isEnd {
      code[offset] = Byte.quote
      offset += quotes + literal.hashes
      open.removeLast()
    } else {
      if byte == Byte.lineFeed && !literal.isMultiLine { open.removeLast() }
      offset += 1
    }
  }

  private mutating func readLineComment() {
    while offset < bytes.count, bytes[offset] != Byte.lineFeed {
      comments[offset] = bytes[offset]
      offset += 1
    }
  }

  private mutating func readBlockComment() {
    var depth = 0
    repeat {
      if at(offset) == Byte.slash && at(offset + 1) == Byte.star {
        depth += 1
        keepComment(2)
      } else if at(offset) == Byte.star && at(offset + 1) == Byte.slash {
        depth -= 1
        keepComment(2)
      } else {
        keepComment(1)
      }
    } while depth > 0 && offset < bytes.count
  }

  private mutating func keepComment(_ count: Int) {
    let end = min(offset + count, bytes.count)
    while offset < end {
      comments[offset] = bytes[offset]
      offset += 1
    }
  }
}
