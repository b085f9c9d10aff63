internal import Primitives

/// What is wrong with a value that a request holds.
struct ShapeFailure: Error, Sendable {
  let text: String

  init(_ text: String) { self.text = text }
}

/// Which block a request means.
enum BlockReference: Sendable, Equatable {
  /// `latest`, `safe` and `finalized`: a committed block is final.
  case head
  /// The head, with what waits counted where the method can.
  case pending
  /// The lowest block in memory.
  case earliest
  case number(Height)
  case hash(Digest)
}

/// Readers of the wire forms of Ethereum's JSON-RPC.
enum Shape {
  static func text(_ value: JSONValue) throws(ShapeFailure) -> String {
    guard case .string(let text) = value else {
      throw ShapeFailure("a string is wanted, not \(value.kind)")
    }
    return text
  }

  static func bytes(_ value: JSONValue) throws(ShapeFailure) -> [UInt8] {
    let text = try text(value)
    if let bytes = Hex.bytes(text) { return bytes }
    throw ShapeFailure(hexFault(text))
  }

  static func address(_ value: JSONValue) throws(ShapeFailure) -> Address {
    let bytes = try bytes(value)
    guard let address = Address(bytes) else {
      throw ShapeFailure("an address has 20 bytes, not \(bytes.count)")
    }
    return address
  }

  static func word(_ value: JSONValue) throws(ShapeFailure) -> Word {
    let bytes = try bytes(value)
    guard let word = Word(bytes) else {
      throw ShapeFailure("32 bytes are wanted, not \(bytes.count)")
    }
    return word
  }

  static func digest(_ value: JSONValue) throws(ShapeFailure) -> Digest {
    Digest(try word(value))
  }

  static func quantity(_ value: JSONValue) throws(ShapeFailure) -> UInt256 {
    let text = try text(value)
    if let quantity = Hex.wideQuantity(text) { return quantity }
    guard text.utf8.starts(with: "0x".utf8) else {
      throw ShapeFailure("hex string without 0x prefix")
    }
    throw ShapeFailure("a quantity is 0x and 1 to 64 hex digits without leading zeros")
  }

  static func quantity64(_ value: JSONValue) throws(ShapeFailure) -> UInt64 {
    guard let narrow = try quantity(value).narrow, let number = UInt64(exactly: narrow) else {
      throw ShapeFailure("hex number > 64 bits")
    }
    return number
  }

  /// A count: a quantity, or a plain JSON number as some libraries send it.
  static func count(_ value: JSONValue) throws(ShapeFailure) -> UInt64 {
    guard let whole = value.whole else { return try quantity64(value) }
    guard let number = UInt64(exactly: whole) else { throw ShapeFailure("number > 64 bits") }
    return number
  }

  static func flag(_ value: JSONValue) throws(ShapeFailure) -> Bool {
    guard case .bool(let flag) = value else {
      throw ShapeFailure("true or false is wanted, not \(value.kind)")
    }
    return flag
  }

  /// A storage slot: up to 32 bytes of hex digits, leading zeros or not.
  static func slot(_ value: JSONValue) throws(ShapeFailure) {
    let text = try text(value)
    guard text.utf8.starts(with: "0x".utf8) else {
      throw ShapeFailure("hex string without 0x prefix")
    }
    let digits = text.utf8.dropFirst(2)
    guard digits.count <= 64 else {
      throw ShapeFailure("storage key too long (want at most 32 bytes)")
    }
    guard digits.allSatisfy({ isHexDigit($0) }) else {
      throw ShapeFailure("invalid hex in storage key")
    }
  }

  /// A tag, a number, a hash, or EIP-1898's object with one of the last two.
  static func block(_ value: JSONValue) throws(ShapeFailure) -> BlockReference {
    switch value {
    case .string(let text): return try block(text)
    case .object:
      if let hash = value["blockHash"] {
        guard value["blockNumber"] == nil else {
          throw ShapeFailure("cannot specify both BlockHash and BlockNumber, choose one")
        }
        return .hash(try digest(hash))
      }
      guard let number = value["blockNumber"] else {
        throw ShapeFailure("the object needs blockHash or blockNumber")
      }
      return try block(try text(number))
    default: throw ShapeFailure("a tag, number or hash is wanted, not \(value.kind)")
    }
  }

  private static func block(_ text: String) throws(ShapeFailure) -> BlockReference {
    switch text {
    case "latest", "safe", "finalized": return .head
    case "pending": return .pending
    case "earliest": return .earliest
    default:
      if text.utf8.count == 66 { return .hash(try digest(.string(text))) }
      guard text.utf8.starts(with: "0x".utf8) else {
        throw ShapeFailure(
          "write earliest, latest, pending, safe, finalized, or a number as 0x-prefixed hex")
      }
      return .number(try quantity64(.string(text)))
    }
  }

  private static func hexFault(_ text: String) -> String {
    guard text.utf8.starts(with: "0x".utf8) else { return "hex string without 0x prefix" }
    return text.utf8.dropFirst(2).allSatisfy { isHexDigit($0) }
      ? "hex string of odd length" : "invalid hex string"
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }
}
