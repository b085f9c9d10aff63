/// A strict reader of RFC 8259 in one pass over the bytes.
///
/// Stricter than the letter in what RFC 7493 (I-JSON) asks: UTF-8 is checked, surrogates come in
/// pairs, no name stands twice in an object. Depth is bounded, so no input exhausts the stack, and
/// the cost is linear in the length but for the sorting of an object's names.
public struct JSONParser {
  private let bytes: [UInt8]
  private let comments: Bool
  private let maximumDepth: Int
  private var at = 0

  private init(_ bytes: [UInt8], comments: Bool, maximumDepth: Int) {
    self.bytes = bytes
    self.comments = comments
    self.maximumDepth = maximumDepth
  }

  /// Reads one document, which must fill the text.
  ///
  /// - Parameters:
  ///   - comments: Whether `//` to the end of the line may stand wherever white space may.
  ///   - maximumDepth: How many arrays and objects may stand inside one another.
  /// - Throws: `JSONFailure`, naming the first thing wrong and its place.
  public static func parse(
    _ bytes: [UInt8], comments: Bool = false, maximumDepth: Int = 64
  ) throws(JSONFailure) -> JSONValue {
    var parser = JSONParser(bytes, comments: comments, maximumDepth: maximumDepth)
    parser.skipSpace()
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    if parser.at < bytes.count { throw parser.failure(.trailing, parser.at) }
    return value
  }

  private mutating func value(depth: Int) throws(JSONFailure) -> JSONValue {
    guard at < bytes.count else { throw failure(.endOfText, at) }
    switch bytes[at] {
    case 0x22: return .string(try string())
    case 0x7b: return try object(depth: depth)
    case 0x5b: return try array(depth: depth)
    case 0x2d, 0x30...0x39: return .number(try number())
    case 0x74:
      try word("true")
      return .bool(true)
    case 0x66:
      try word("false")
      return .bool(false)
    case 0x6e:
      try word("null")
      return .null
    default: throw failure(.notAValue, at)
    }
  }

  private mutating func object(depth: Int) throws(JSONFailure) -> JSONValue {
    if depth >= maximumDepth { throw failure(.tooDeep, at) }
    at += 1
    skipSpace()
    var members: [JSONMember] = []
    if take(0x7d) { return .object(members) }
    members.reserveCapacity(4)
    var places: [Int] = []
    while true {
      guard at < bytes.count else { throw failure(.endOfText, at) }
      guard bytes[at] == 0x22 else { throw failure(.notAName, at) }
      let place = at
      let name = try string()
      // A few names are compared one by one; many are sorted at the end, so that an object of a
      // hundred thousand names costs no more than its sorting.
      if members.count < 16 {
        for member in members where JSONParser.same(member.name, name) {
          throw failure(.duplicateName, place)
        }
      }
      skipSpace()
      if !take(0x3a) { throw failure(at < bytes.count ? .noColon : .endOfText, at) }
      skipSpace()
      members.append(JSONMember(name, try value(depth: depth + 1)))
      if members.count >= 16 { places.append(place) }
      skipSpace()
      if take(0x2c) {
        skipSpace()
      } else if take(0x7d) {
        break
      } else {
        throw failure(at < bytes.count ? .noCommaOrEnd : .endOfText, at)
      }
    }
    if members.count > 16 { try checkNames(members, places) }
    return .object(members)
  }

  /// Refuses a name that stands twice; `places` are the offsets of the names from the sixteenth on.
  private func checkNames(_ members: [JSONMember], _ places: [Int]) throws(JSONFailure) {
    let order = members.indices.sorted { left, right in
      let (a, b) = (members[left].name, members[right].name)
      if JSONParser.same(a, b) { return left < right }
      return a.utf8.lexicographicallyPrecedes(b.utf8)
    }
    for step in 1..<order.count
    where JSONParser.same(members[order[step - 1]].name, members[order[step]].name) {
      throw failure(.duplicateName, order[step] >= 15 ? places[order[step] - 15] : at)
    }
  }

  private mutating func array(depth: Int) throws(JSONFailure) -> JSONValue {
    if depth >= maximumDepth { throw failure(.tooDeep, at) }
    at += 1
    skipSpace()
    var elements: [JSONValue] = []
    if take(0x5d) { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if take(0x2c) {
        skipSpace()
      } else if take(0x5d) {
        return .array(elements)
      } else {
        throw failure(at < bytes.count ? .noCommaOrEnd : .endOfText, at)
      }
    }
  }

  private mutating func number() throws(JSONFailure) -> String {
    let start = at
    if bytes[at] == 0x2d { at += 1 }
    if take(0x30) {
      if digit() { throw failure(.badNumber, start) }
    } else {
      try digits(start)
    }
    if take(0x2e) { try digits(start) }
    if at < bytes.count, bytes[at] | 0x20 == 0x65 {
      at += 1
      if at < bytes.count, bytes[at] == 0x2b || bytes[at] == 0x2d { at += 1 }
      try digits(start)
    }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  private mutating func digits(_ start: Int) throws(JSONFailure) {
    guard digit() else { throw failure(.badNumber, start) }
    while digit() { at += 1 }
  }

  private func digit() -> Bool { at < bytes.count && bytes[at] >= 0x30 && bytes[at] <= 0x39 }

  private mutating func word(_ word: StaticString) throws(JSONFailure) {
    let start = at
    for byte in word.description.utf8 {
      guard at < bytes.count else { throw failure(.endOfText, at) }
      guard bytes[at] == byte else { throw failure(.notAValue, start) }
      at += 1
    }
  }

  /// Reads a string; stands on its opening quote.
  private mutating func string() throws(JSONFailure) -> String {
    at += 1
    let start = at
    while at < bytes.count {
      let byte = bytes[at]
      if byte == 0x22 {
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        at += 1
        return text
      }
      if byte == 0x5c { return try escapedString(from: start) }
      if byte < 0x20 { throw failure(.controlInString, at) }
      if byte < 0x80 { at += 1 } else { try skipScalar() }
    }
    throw failure(.endOfText, at)
  }

  /// Goes on from the first backslash: the text so far is copied, escapes are resolved.
  private mutating func escapedString(from start: Int) throws(JSONFailure) -> String {
    var text = Array(bytes[start..<at])
    while at < bytes.count {
      let byte = bytes[at]
      if byte == 0x22 {
        at += 1
        return String(decoding: text, as: UTF8.self)
      }
      if byte == 0x5c {
        try escape(into: &text)
      } else if byte < 0x20 {
        throw failure(.controlInString, at)
      } else if byte < 0x80 {
        text.append(byte)
        at += 1
      } else {
        let from = at
        try skipScalar()
        text.append(contentsOf: bytes[from..<at])
      }
    }
    throw failure(.endOfText, at)
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONFailure) {
    let start = at
    at += 1
    guard at < bytes.count else { throw failure(.endOfText, at) }
    let letter = bytes[at]
    at += 1
    switch letter {
    case 0x22, 0x5c, 0x2f: text.append(letter)
    case 0x62: text.append(0x08)
    case 0x66: text.append(0x0c)
    case 0x6e: text.append(0x0a)
    case 0x72: text.append(0x0d)
    case 0x74: text.append(0x09)
    case 0x75:
      var code = try hexadecimal(start)
      if code & 0xfc00 == 0xd800 {
        guard at + 1 < bytes.count, bytes[at] == 0x5c, bytes[at + 1] == 0x75 else {
          throw failure(.loneSurrogate, start)
        }
        at += 2
        let low = try hexadecimal(start)
        guard low & 0xfc00 == 0xdc00 else { throw failure(.loneSurrogate, start) }
        code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure(.loneSurrogate, start) }
      text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default: throw failure(.badEscape, start)
    }
  }

  private mutating func hexadecimal(_ start: Int) throws(JSONFailure) -> UInt32 {
    guard at + 4 <= bytes.count else { throw failure(.endOfText, bytes.count) }
    var code: UInt32 = 0
    for _ in 0..<4 {
      let byte = bytes[at]
      switch byte {
      case 0x30...0x39: code = code << 4 | UInt32(byte - 0x30)
      case 0x41...0x46, 0x61...0x66: code = code << 4 | UInt32((byte | 0x20) - 0x57)
      default: throw failure(.badEscape, start)
      }
      at += 1
    }
    return code
  }

  /// Steps over one scalar of two to four bytes, by the table of well-formed UTF-8 (Unicode 3-7).
  private mutating func skipScalar() throws(JSONFailure) {
    let first = bytes[at]
    let count: Int
    switch first {
    case 0xc2...0xdf: count = 1
    case 0xe0...0xef: count = 2
    case 0xf0...0xf4: count = 3
    default: throw failure(.badUTF8, at)
    }
    guard at + count < bytes.count else { throw failure(.badUTF8, at) }
    let second = bytes[at + 1]
    let low: UInt8 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80
    let high: UInt8 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf
    guard second >= low, second <= high else { throw failure(.badUTF8, at) }
    for next in bytes[(at + 2)..<(at + 1 + count)] where next & 0xc0 != 0x80 {
      throw failure(.badUTF8, at)
    }
    at += 1 + count
  }

  private mutating func skipSpace() {
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x0a, 0x0d, 0x09: at += 1
      case 0x2f where comments && at + 1 < bytes.count && bytes[at + 1] == 0x2f:
        while at < bytes.count, bytes[at] != 0x0a { at += 1 }
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  /// Equality of bytes: `==` on strings would also join different spellings of one character.
  private static func same(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
  }

  /// Line and column are counted only now, so that sound documents do not pay for them.
  private func failure(_ reason: JSONFailure.Reason, _ offset: Int) -> JSONFailure {
    var line = 1
    var lineStart = 0
    for index in 0..<min(offset, bytes.count) where bytes[index] == 0x0a {
      line += 1
      lineStart = index + 1
    }
    return JSONFailure(reason, offset: offset, line: line, column: offset - lineStart + 1)
  }
}
