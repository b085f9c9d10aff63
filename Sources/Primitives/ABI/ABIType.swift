/// A type of Solidity's contract ABI.
public indirect enum ABIType: Sendable, Hashable {
  /// `uint8` to `uint256`, in steps of eight bits.
  case uint(Int)
  /// `int8` to `int256`, in steps of eight bits.
  case int(Int)
  case address
  case bool
  /// `bytes1` to `bytes32`.
  case fixedBytes(Int)
  case bytes
  case string
  /// `T[]`.
  case array(ABIType)
  /// `T[n]`.
  case fixedArray(ABIType, Int)
  case tuple([ABIField])

  /// The type as signatures write it: `uint256`, `(address,bool,bytes)[]`.
  public var solidity: String {
    name(tuple: { "(" + $0.map(\.type.solidity).joined(separator: ",") + ")" })
  }

  /// The type as the ABI's JSON writes it, the fields beside it: `tuple[]`.
  public var jsonName: String { name(tuple: { _ in "tuple" }) }

  /// The fields of the tuple, through any arrays around it; empty for other types.
  public var components: [ABIField] {
    switch self {
    case .tuple(let fields): fields
    case .array(let element), .fixedArray(let element, _): element.components
    default: []
    }
  }

  /// The value has a place in the tail, and an offset in the head.
  public var isDynamic: Bool {
    switch self {
    case .bytes, .string, .array: true
    case .fixedArray(let element, _): element.isDynamic
    case .tuple(let fields): fields.contains { $0.isDynamic }
    case .uint, .int, .address, .bool, .fixedBytes: false
    }
  }

  /// The words that the value takes in the head: one for a dynamic value.
  public var headWords: Int {
    switch self {
    case .tuple(let fields) where !isDynamic: fields.reduce(0) { $0 + $1.headWords }
    case .fixedArray(let element, let count) where !isDynamic: element.headWords * count
    default: 1
    }
  }

  private func name(tuple: ([ABIField]) -> String) -> String {
    switch self {
    case .uint(let bits): "uint\(bits)"
    case .int(let bits): "int\(bits)"
    case .address: "address"
    case .bool: "bool"
    case .fixedBytes(let count): "bytes\(count)"
    case .bytes: "bytes"
    case .string: "string"
    case .array(let element): element.name(tuple: tuple) + "[]"
    case .fixedArray(let element, let count): element.name(tuple: tuple) + "[\(count)]"
    case .tuple(let fields): tuple(fields)
    }
  }
}

/// A named value of a tuple, of an operation's parameters or of an event.
public struct ABIField: Sendable, Hashable {
  /// The name in signatures, documents and forms.
  public let name: String
  /// Solidity's type.
  public let type: ABIType
  /// What the value means to a reader.
  public let meaning: Meaning
  /// What the elements of an array mean; nil for other types.
  public let elementMeaning: Meaning?
  /// As for `ABIType`, counted once.
  public let isDynamic: Bool
  /// As for `ABIType`, counted once.
  public let headWords: Int

  /// A field of the Swift type, which brings type and meaning; another meaning may be named.
  public init<Value: ABIValue>(
    _ name: String, _ value: Value.Type, meaning: Meaning = Value.meaning
  ) {
    self.init(
      name, Value.abiType, meaning: meaning, elementMeaning: Value.elementMeaning)
  }

  /// A field of a type that no Swift type stands for.
  public init(
    _ name: String, _ type: ABIType, meaning: Meaning, elementMeaning: Meaning? = nil
  ) {
    self.name = name
    self.type = type
    self.meaning = meaning
    self.elementMeaning = elementMeaning
    isDynamic = type.isDynamic
    headWords = type.headWords
  }
}

/// What a value is to a reader, whatever its Solidity type: how the REST interface, the command
/// line and the console read and show it.
public enum Meaning: UInt8, Sendable, Hashable {
  /// Base units of an asset, shown with its decimals.
  case units
  /// A plain number.
  case count
  /// A span in seconds.
  case seconds
  /// An instant in seconds since 1970-01-01T00:00:00Z.
  case time
  /// Hundredths of a percent.
  case basisPoints
  /// An account's or a module's address.
  case account
  /// A number or word that names a row.
  case identifier
  /// A 32-byte digest.
  case digest
  case text
  case bytes
  /// Yes or no.
  case flag
  /// One of a declared list of numbers.
  case code
  /// An array.
  case list
  /// A tuple.
  case record
}
