/// A Swift type with a place in Solidity's ABI and a meaning: a parameter, a result, a field.
public protocol ABIValue: Sendable {
  /// Solidity's type.
  static var abiType: ABIType { get }
  /// What a value means to a reader, where a declaration does not say otherwise.
  static var meaning: Meaning { get }
  /// What the elements mean where the type is an array; nil otherwise.
  static var elementMeaning: Meaning? { get }
  /// As `abiType` has it; types on a hot path say it as a constant.
  static var isDynamic: Bool { get }
  /// As `abiType` has it; types on a hot path say it as a constant.
  static var headWords: Int { get }
  /// The next value; throws `ABIFailure` where the bytes are not its canonical encoding.
  static func decode(_ reader: inout ABIReader) throws(ABIFailure) -> Self
  /// Appends the value.
  func encode(into writer: inout ABIWriter)

  /// How an array of this type is written: `T[]` but for bytes, whose array is `bytes`.
  static var abiArrayType: ABIType { get }
  /// What an array of this type means: a list, but for bytes.
  static var arrayMeaning: Meaning { get }
  /// What the elements of an array of this type mean; nil for bytes.
  static var arrayElementMeaning: Meaning? { get }
  /// The next array of this type; throws as `decode`.
  static func decodeArray(_ reader: inout ABIReader) throws(ABIFailure) -> [Self]
  /// Appends an array of this type.
  static func encodeArray(_ values: [Self], into writer: inout ABIWriter)
}

extension ABIValue {
  public static var elementMeaning: Meaning? { nil }
  public static var isDynamic: Bool { abiType.isDynamic }
  public static var headWords: Int { abiType.headWords }

  public static var abiArrayType: ABIType { .array(abiType) }
  public static var arrayMeaning: Meaning { .list }
  public static var arrayElementMeaning: Meaning? { elementMeaning ?? meaning }

  public static func decodeArray(_ reader: inout ABIReader) throws(ABIFailure) -> [Self] {
    try reader.array(elementWords: headWords) { (reader, count) throws(ABIFailure) in
      var values: [Self] = []
      values.reserveCapacity(count)
      for _ in 0..<count {
        values.append(try decode(&reader))
      }
      return values
    }
  }

  public static func encodeArray(_ values: [Self], into writer: inout ABIWriter) {
    writer.array(count: values.count, elementWords: headWords) { writer in
      for value in values { value.encode(into: &writer) }
    }
  }
}

extension Array: ABIValue where Element: ABIValue {
  public static var abiType: ABIType { Element.abiArrayType }
  public static var meaning: Meaning { Element.arrayMeaning }
  public static var elementMeaning: Meaning? { Element.arrayElementMeaning }
  public static var isDynamic: Bool { true }
  public static var headWords: Int { 1 }

  public static func decode(_ reader: inout ABIReader) throws(ABIFailure) -> [Element] {
    try Element.decodeArray(&reader)
  }

  public func encode(into writer: inout ABIWriter) {
    Element.encodeArray(self, into: &writer)
  }
}

/// A struct that stands in the ABI as a tuple.
///
/// It lists its fields once, best as a `static let`, and reads and writes them in that order:
///
///     struct Call3: ABIRecord {
///       static let fields = [
///         ABIField("target", Address.self), ABIField("callData", [UInt8].self),
///       ]
///       init(fields reader: inout ABIReader) throws(ABIFailure) {
///         target = try .decode(&reader)
///         callData = try .decode(&reader)
///       }
///       func encodeFields(into writer: inout ABIWriter) {
///         target.encode(into: &writer)
///         callData.encode(into: &writer)
///       }
///     }
public protocol ABIRecord: ABIValue {
  /// The fields in the order in which they stand in the tuple.
  static var fields: [ABIField] { get }
  /// Reads the fields in order; throws what their types refuse.
  init(fields reader: inout ABIReader) throws(ABIFailure)
  /// Writes the fields in order.
  func encodeFields(into writer: inout ABIWriter)
}

extension ABIRecord {
  public static var abiType: ABIType { .tuple(fields) }
  public static var meaning: Meaning { .record }

  public static var isDynamic: Bool {
    for field in fields where field.isDynamic { return true }
    return false
  }

  public static var headWords: Int { isDynamic ? 1 : fieldWords }

  /// The words that the fields' heads take together.
  private static var fieldWords: Int {
    var words = 0
    for field in fields { words += field.headWords }
    return words
  }

  public static func decode(_ reader: inout ABIReader) throws(ABIFailure) -> Self {
    try reader.tuple(isDynamic: isDynamic, headWords: fieldWords) {
      (reader) throws(ABIFailure) in
      try Self(fields: &reader)
    }
  }

  public func encode(into writer: inout ABIWriter) {
    writer.tuple(isDynamic: Self.isDynamic, headWords: Self.fieldWords) { writer in
      encodeFields(into: &writer)
    }
  }
}
