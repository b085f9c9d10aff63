/// A type whose value is one static word.
public protocol ABIWord: ABIValue {
  /// The value that the word writes; nil where the word has bits outside the type.
  init?(word: Word)
  /// The value as Solidity aligns and fills it.
  var word: Word { get }
}

extension ABIWord {
  public static var isDynamic: Bool { false }
  public static var headWords: Int { 1 }

  @inline(__always)
  public static func decode(_ reader: inout ABIReader) throws(ABIFailure) -> Self {
    let start = reader.offset
    guard let value = Self(word: try reader.word()) else {
      throw ABIFailure(.range, at: start)
    }
    return value
  }

  @inline(__always)
  public func encode(into writer: inout ABIWriter) {
    writer.append(word)
  }
}

extension ABIWord where Self: FixedWidthInteger & UnsignedInteger {
  public static var abiType: ABIType { .uint(bitWidth) }
  public static var meaning: Meaning { .count }
  public var word: Word { Word(UInt128(truncatingIfNeeded: self)) }

  @inline(__always)
  public init?(word: Word) {
    guard let number = word.number else { return nil }
    self.init(exactly: number)
  }
}

extension UInt128: ABIWord {}
extension UInt64: ABIWord {}
extension UInt32: ABIWord {}
extension UInt16: ABIWord {}

/// Solidity's `uint8`; an array of bytes is `bytes`.
extension UInt8: ABIWord {
  public static var abiArrayType: ABIType { .bytes }
  public static var arrayMeaning: Meaning { .bytes }
  public static var arrayElementMeaning: Meaning? { nil }

  public static func decodeArray(_ reader: inout ABIReader) throws(ABIFailure) -> [UInt8] {
    Array(reader.source[try reader.bytes()])
  }

  public static func encodeArray(_ values: [UInt8], into writer: inout ABIWriter) {
    writer.append(bytes: values)
  }
}

extension ABIWord where Self: FixedWidthInteger & SignedInteger {
  public static var abiType: ABIType { .int(bitWidth) }
  public static var meaning: Meaning { .count }

  public var word: Word {
    let fill: UInt64 = self < 0 ? .max : 0
    return Word(
      w0: fill, w1: fill, w2: UInt64(truncatingIfNeeded: Int128(self) >> 64),
      w3: UInt64(truncatingIfNeeded: self))
  }

  @inline(__always)
  public init?(word: Word) {
    let fill: UInt64 = word.w2 >> 63 == 0 ? 0 : .max
    guard word.w0 == fill, word.w1 == fill else { return nil }
    let number = UInt128(word.w2) << 64 | UInt128(word.w3)
    self.init(exactly: Int128(truncatingIfNeeded: number))
  }
}

extension Int128: ABIWord {}
extension Int64: ABIWord {}

extension UInt256: ABIWord {
  public static var abiType: ABIType { .uint(256) }
  public static var meaning: Meaning { .count }
  public init?(word: Word) { self.init(word) }
  public var word: Word { Word(self) }
}

/// Solidity's `uint256`; what needs more than 128 bits is refused.
extension Amount: ABIWord {
  public static var abiType: ABIType { .uint(256) }
  public static var meaning: Meaning { .units }
  public var word: Word { Word(units) }

  @inline(__always)
  public init?(word: Word) {
    guard let number = word.number else { return nil }
    self.init(number)
  }
}

extension Address: ABIWord {
  public static var abiType: ABIType { .address }
  public static var meaning: Meaning { .account }
  public var word: Word { Word(self) }

  @inline(__always)
  public init?(word: Word) {
    guard let address = word.address else { return nil }
    self = address
  }
}

extension Bool: ABIWord {
  public static var abiType: ABIType { .bool }
  public static var meaning: Meaning { .flag }
  public var word: Word { Word(self ? 1 : 0) }

  @inline(__always)
  public init?(word: Word) {
    guard let number = word.number, number <= 1 else { return nil }
    self = number == 1
  }
}

/// Solidity's `bytes32`.
extension Word: ABIWord {
  public static var abiType: ABIType { .fixedBytes(32) }
  public static var meaning: Meaning { .bytes }
  public init?(word: Word) { self = word }
  public var word: Word { self }
}

/// Solidity's `bytes32`.
extension Digest: ABIWord {
  public static var abiType: ABIType { .fixedBytes(32) }
  public static var meaning: Meaning { .digest }
  public init?(word: Word) { self.init(word) }
  public var word: Word { Word(self) }
}

/// Solidity's `uint64`.
extension Seconds: ABIWord {
  public static var abiType: ABIType { .uint(64) }
  public static var meaning: Meaning { .seconds }
  public var word: Word { count.word }

  @inline(__always)
  public init?(word: Word) {
    guard let count = UInt64(word: word) else { return nil }
    self.init(count)
  }
}

/// Solidity's `uint64`.
extension LogicalTime: ABIWord {
  public static var abiType: ABIType { .uint(64) }
  public static var meaning: Meaning { .time }
  public var word: Word { seconds.word }

  @inline(__always)
  public init?(word: Word) {
    guard let seconds = UInt64(word: word) else { return nil }
    self.init(seconds)
  }
}

/// Solidity's `uint32`.
extension BasisPoints: ABIWord {
  public static var abiType: ABIType { .uint(32) }
  public static var meaning: Meaning { .basisPoints }
  public var word: Word { value.word }

  @inline(__always)
  public init?(word: Word) {
    guard let value = UInt32(word: word) else { return nil }
    self.init(value)
  }
}
