/// An append-only writer of compact JSON. Commas are its own affair: a caller names what it writes.
///
/// It does not check that brackets match; callers' tests do.
public struct JSONWriter {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false

  public init(capacity: Int = 256) {
    bytes.reserveCapacity(capacity)
  }

  /// What has been written, as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Opens an object.
  public mutating func beginObject() { open(0x7b) }
  /// Closes the object opened last.
  public mutating func endObject() { close(0x7d) }
  /// Opens an array.
  public mutating func beginArray() { open(0x5b) }
  /// Closes the array opened last.
  public mutating func endArray() { close(0x5d) }

  /// A member's name; its value must follow.
  public mutating func name(_ name: String) {
    separate()
    quote(name)
    bytes.append(0x3a)
    needsComma = false
  }

  /// A string, escaped as needed.
  public mutating func string(_ text: String) {
    separate()
    quote(text)
  }

  /// A whole number in decimal.
  public mutating func number(_ value: some BinaryInteger) {
    separate()
    bytes.append(contentsOf: String(value).utf8)
  }

  /// A whole number in decimal inside quotes, for numbers that other readers would round.
  public mutating func quotedNumber(_ value: some BinaryInteger) {
    separate()
    bytes.append(0x22)
    bytes.append(contentsOf: String(value).utf8)
    bytes.append(0x22)
  }

  /// The value `true` or `false`.
  public mutating func bool(_ flag: Bool) {
    separate()
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
  }

  /// The value `null`.
  public mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  /// A finished JSON value, copied as it is.
  public mutating func raw(_ json: some Collection<UInt8>) {
    separate()
    bytes.append(contentsOf: json)
  }

  /// A finished JSON value, copied as it is.
  public mutating func raw(_ json: String) { raw(json.utf8) }

  /// Bytes as a string of hexadecimal digits after "0x".
  public mutating func hex(_ data: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: [0x22, 0x30, 0x78])
    for byte in data {
      bytes.append(JSONWriter.digit(byte >> 4))
      bytes.append(JSONWriter.digit(byte & 15))
    }
    bytes.append(0x22)
  }

  /// A whole value; its depth is the caller's, the parser's being bounded.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let flag): bool(flag)
    case .number(let text): raw(text)
    case .string(let text): string(text)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        name(member.name)
        self.value(member.value)
      }
      endObject()
    }
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(0x2c) }
    needsComma = true
  }

  private mutating func quote(_ text: String) {
    bytes.append(0x22)
    if JSONWriter.isPlain(text) {
      bytes.append(contentsOf: text.utf8)
    } else {
      for byte in text.utf8 { escape(byte) }
    }
    bytes.append(0x22)
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case 0x22, 0x5c: bytes += [0x5c, byte]
    case 0x08: bytes += [0x5c, 0x62]
    case 0x09: bytes += [0x5c, 0x74]
    case 0x0a: bytes += [0x5c, 0x6e]
    case 0x0c: bytes += [0x5c, 0x66]
    case 0x0d: bytes += [0x5c, 0x72]
    case 0..<0x20:
      bytes += [0x5c, 0x75, 0x30, 0x30, JSONWriter.digit(byte >> 4), JSONWriter.digit(byte & 15)]
    default: bytes.append(byte)
    }
  }

  private static func isPlain(_ text: String) -> Bool {
    for byte in text.utf8 where byte < 0x20 || byte == 0x22 || byte == 0x5c { return false }
    return true
  }

  private static func digit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? 0x30 + nibble : 0x57 + nibble
  }
}
