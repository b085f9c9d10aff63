/// Lists as people write them: `a,b,c`, or `[a,b,c]` and `(a,b,c)` inside each other; elements with
/// commas, brackets or quotes stand in double quotes.
enum ListText {
  /// The elements, trimmed, quotes kept; nil where brackets or quotes do not close.
  static func items(_ text: String) -> [String]? {
    guard let inner = opened(trimmed(Array(text.utf8)[...])) else { return nil }
    if inner.isEmpty { return [] }
    var items: [String] = []
    var start = inner.startIndex
    guard let commas = commas(inner) else { return nil }
    for comma in commas + [inner.endIndex] {
      items.append(String(decoding: trimmed(inner[start..<comma]), as: UTF8.self))
      start = comma + 1
    }
    return items
  }

  /// An element without its quotes; nil where they do not close. Without quotes it stays as it is.
  static func unquoted(_ item: String) -> String? {
    let bytes = Array(item.utf8)
    guard bytes.first == quote else { return item }
    var result: [UInt8] = []
    var place = 1
    while place < bytes.count {
      switch bytes[place] {
      case quote:
        return place == bytes.count - 1 ? String(decoding: result, as: UTF8.self) : nil
      case backslash:
        place += 1
        guard place < bytes.count, bytes[place] == quote || bytes[place] == backslash else {
          return nil
        }
        result.append(bytes[place])
      default: result.append(bytes[place])
      }
      place += 1
    }
    return nil
  }

  /// A text in quotes, so that it can stand in a list whatever it holds.
  static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = [quote]
    for byte in text.utf8 {
      if byte == quote || byte == backslash { bytes.append(backslash) }
      bytes.append(byte)
    }
    return String(decoding: bytes + [quote], as: UTF8.self)
  }

  /// The words of an example: split at blanks that stand in no quotes and brackets. A word that
  /// stands in quotes loses them; nil where something does not close.
  static func words(_ text: String) -> [String]? {
    let bytes = Array(text.utf8)
    var words: [String] = []
    var start = 0
    var scan = Scan()
    for place in 0...bytes.count {
      let isEnd = place == bytes.count
      if isEnd || (bytes[place] == blank && scan.isOutside) {
        if place > start {
          let word = String(decoding: bytes[start..<place], as: UTF8.self)
          guard let word = unquoted(word) else { return nil }
          words.append(word)
        }
        start = place + 1
      } else if !scan.take(bytes[place]) {
        return nil
      }
    }
    return scan.isOutside ? words : nil
  }

  private static let quote = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")
  private static let blank = UInt8(ascii: " ")

  /// How deep a place stands in brackets, and whether in quotes.
  private struct Scan {
    var closers: [UInt8] = []
    var isQuoted = false
    var isEscaped = false

    var isOutside: Bool { closers.isEmpty && !isQuoted }

    /// False at a bracket that closes what is not open.
    mutating func take(_ byte: UInt8) -> Bool {
      if isQuoted {
        if isEscaped {
          isEscaped = false
        } else if byte == backslash {
          isEscaped = true
        } else if byte == quote {
          isQuoted = false
        }
        return true
      }
      switch byte {
      case quote: isQuoted = true
      case UInt8(ascii: "["): closers.append(UInt8(ascii: "]"))
      case UInt8(ascii: "("): closers.append(UInt8(ascii: ")"))
      case UInt8(ascii: "]"), UInt8(ascii: ")"): return closers.popLast() == byte
      default: break
      }
      return true
    }
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while bytes.first == blank { bytes.removeFirst() }
    while bytes.last == blank { bytes.removeLast() }
    return bytes
  }

  /// Without the pair of brackets around the whole.
  private static func opened(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let first = bytes.first, first == UInt8(ascii: "[") || first == UInt8(ascii: "(") else {
      return bytes
    }
    var scan = Scan()
    for place in bytes.indices {
      guard scan.take(bytes[place]) else { return nil }
      if scan.isOutside {
        return place == bytes.endIndex - 1 ? trimmed(bytes.dropFirst().dropLast()) : bytes
      }
    }
    return nil
  }

  private static func commas(_ bytes: ArraySlice<UInt8>) -> [Int]? {
    var places: [Int] = []
    var scan = Scan()
    for place in bytes.indices {
      if bytes[place] == UInt8(ascii: ","), scan.isOutside { places.append(place) }
      guard scan.take(bytes[place]) else { return nil }
    }
    return scan.isOutside ? places : nil
  }
}
