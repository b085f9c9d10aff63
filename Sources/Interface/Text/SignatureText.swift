internal import Cryptography
public import Primitives

/// A function, event or list of types as a person writes it: `balanceOf(address)(uint256)`, with
/// what it returns in a second pair of brackets. Names behind types are allowed and kept.
public struct SignatureText: Sendable, Equatable {
  /// Empty for a mere list of types.
  public let name: String
  public let parameters: [ABIField]
  /// Nil where the text says nothing of it.
  public let returns: [ABIField]?

  /// Tuples and arrays within each other.
  static let maximumDepth = 16
  /// Words that all of it may take in a head.
  static let maximumWords = 4_096

  public init(_ text: String) throws(TextFailure) {
    var reading = Reading(text)
    guard text.utf8.count <= 4_096 else { throw reading.failure("it is longer than 4096 bytes") }
    name = reading.word()
    guard reading.take(.openParenthesis) else { throw reading.failure("no '(' is in its place") }
    parameters = try reading.fields(depth: 0)
    if reading.take(.openParenthesis) {
      returns = try reading.fields(depth: 0)
    } else {
      returns = nil
    }
    guard reading.isAtEnd else { throw reading.failure("something stands behind its end") }
  }

  /// As hashes are made of it: `balanceOf(address)`.
  public var canonical: String {
    name + "(" + parameters.map(\.type.solidity).joined(separator: ",") + ")"
  }

  /// The hash of the canonical form: an event's first topic, and a function's selector in front.
  public var hash: [UInt8] { Keccak256.hash(canonical).bytes }

  /// The values that texts write, encoded; behind the selector where there is a name.
  public func encode(_ texts: [String], with coder: TextCoder) throws(TextFailure) -> [UInt8] {
    guard texts.count == parameters.count else {
      let example = parameters.map { Wanted($0).example }.joined(separator: " ")
      throw TextFailure(
        parameter: "arguments", problem: "\(texts.count) are given, not \(parameters.count)",
        expected: canonical, example: example.isEmpty ? "none" : example)
    }
    var trees: [ABITree] = []
    for (text, field) in zip(texts, parameters) { trees.append(try coder.tree(text, as: field)) }
    do throws(ABIFailure) {
      return try ABITree.encode(
        trees, as: parameters.map(\.type), after: name.isEmpty ? [] : Array(hash.prefix(4)))
    } catch {
      throw TextFailure(
        parameter: "arguments", problem: "a list is too long or a number too large",
        expected: canonical, example: "a,b,c")
    }
  }
}

/// One pass over the text.
private struct Reading {
  private let bytes: [UInt8]
  private var place = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { place == bytes.count }

  func failure(_ problem: String) -> TextFailure {
    let text = TextFailure.quoted(String(decoding: bytes, as: UTF8.self))
    return TextFailure(
      parameter: "signature",
      problem: "\(text) cannot be read at character \(place + 1): \(problem)",
      expected: "a name, its types in brackets, what it returns in further brackets",
      example: "'balanceOf(address)(uint256)'")
  }

  mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard place < bytes.count, bytes[place] == byte else { return false }
    place += 1
    skipBlanks()
    return true
  }

  /// Letters, digits, `_` and `$`; may be empty.
  mutating func word() -> String {
    skipBlanks()
    let start = place
    while place < bytes.count, Self.isWord(bytes[place]) { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  /// Fields up to the closing bracket, the opening one being read already.
  mutating func fields(depth: Int) throws(TextFailure) -> [ABIField] {
    if take(.closeParenthesis) { return [] }
    var fields: [ABIField] = []
    var words = 0
    while true {
      let type = try type(depth: depth)
      var name = word()
      if ["indexed", "memory", "calldata"].contains(name) { name = word() }
      let field = ABIField(
        name.isEmpty ? "\(fields.count + 1)" : name, type, meaning: type.plainMeaning,
        elementMeaning: type.plainElementMeaning)
      fields.append(field)
      words += field.headWords
      guard words <= SignatureText.maximumWords else { throw failure("its types are too large") }
      if take(.closeParenthesis) { return fields }
      guard take(.comma) else { throw failure("no ',' or ')' is in its place") }
    }
  }

  private mutating func type(depth: Int) throws(TextFailure) -> ABIType {
    guard depth < SignatureText.maximumDepth else { throw failure("it is nested too deeply") }
    let base = word()
    var type: ABIType
    if base.isEmpty || base == "tuple", take(.openParenthesis) {
      type = .tuple(try fields(depth: depth + 1))
    } else if let plain = ABIType(plain: base) {
      type = plain
    } else {
      throw failure("'\(base.prefix(40))' is no type")
    }
    var arrays = depth
    while take(.openBracket) {
      arrays += 1
      guard arrays < SignatureText.maximumDepth else { throw failure("it is nested too deeply") }
      let digits = word()
      guard take(.closeBracket) else { throw failure("no ']' is in its place") }
      if digits.isEmpty {
        type = .array(type)
      } else {
        guard let count = Int(digits), count > 0,
          count <= SignatureText.maximumWords / max(type.headWords, 1)
        else { throw failure("'\(digits.prefix(40))' cannot be an array's length") }
        type = .fixedArray(type, count)
      }
    }
    return type
  }

  private mutating func skipBlanks() {
    while place < bytes.count, bytes[place] == 0x20 { place += 1 }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39) ~= byte || (0x41...0x5a) ~= byte || (0x61...0x7a) ~= byte || byte == 0x5f
      || byte == 0x24
  }
}

extension ABIType {
  /// The type of a name without brackets, such as `uint256`; `uint` and `int` have 256 bits.
  fileprivate init?(plain name: String) {
    func count(behind prefix: String) -> Int? {
      let digits = name.dropFirst(prefix.count)
      guard (1...3).contains(digits.utf8.count), digits.first != "0" else { return nil }
      return Int(digits)
    }
    switch name {
    case "address": self = .address
    case "bool": self = .bool
    case "bytes": self = .bytes
    case "string": self = .string
    case "uint": self = .uint(256)
    case "int": self = .int(256)
    default:
      if name.hasPrefix("uint"), let bits = count(behind: "uint"), bits <= 256, bits % 8 == 0 {
        self = .uint(bits)
      } else if name.hasPrefix("int"), let bits = count(behind: "int"), bits <= 256, bits % 8 == 0 {
        self = .int(bits)
      } else if name.hasPrefix("bytes"), let length = count(behind: "bytes"), length <= 32 {
        self = .fixedBytes(length)
      } else {
        return nil
      }
    }
  }

  /// What a value means where nothing but its type is known.
  fileprivate var plainMeaning: Meaning {
    switch self {
    case .uint, .int: .count
    case .address: .account
    case .bool: .flag
    case .fixedBytes, .bytes: .bytes
    case .string: .text
    case .array, .fixedArray: .list
    case .tuple: .record
    }
  }

  fileprivate var plainElementMeaning: Meaning? {
    switch self {
    case .array(let element), .fixedArray(let element, _):
      element.plainElementMeaning ?? element.plainMeaning
    default: nil
    }
  }
}

extension UInt8 {
  fileprivate static let openParenthesis = UInt8(ascii: "(")
  fileprivate static let closeParenthesis = UInt8(ascii: ")")
  fileprivate static let openBracket = UInt8(ascii: "[")
  fileprivate static let closeBracket = UInt8(ascii: "]")
  fileprivate static let comma = UInt8(ascii: ",")
}
