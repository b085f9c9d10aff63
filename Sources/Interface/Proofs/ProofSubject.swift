public import Primitives

/// What a proof is about.
public enum ProofSubject: Sendable, Equatable {
  /// An account's row.
  case balance(Address)
  /// What a transaction did, by its hash.
  case receipt(Digest)
  /// A grant's row, by its id from 1.
  case grant(UInt64)
  /// A staking position's row, by its number from 1.
  case position(UInt64)

  /// The kinds, as `init(kind:text:)` and the paths of `GET /proof/` take them.
  public static let kinds = ["balance", "receipt", "grant", "position"]

  /// Reads a subject: an address or a hash in hexadecimal with 0x, or a whole number; nil for
  /// anything else.
  public init?(kind: String, text: String) {
    switch kind {
    case "balance":
      guard let address = Hex.bytes(text).flatMap({ Address($0) }) else { return nil }
      self = .balance(address)
    case "receipt":
      guard let hash = Hex.bytes(text).flatMap({ Digest($0) }) else { return nil }
      self = .receipt(hash)
    case "grant", "position":
      guard let number = UInt64(text), String(number) == text, number > 0 else { return nil }
      self = kind == "grant" ? .grant(number) : .position(number)
    default: return nil
    }
  }

  /// One of `kinds`.
  public var kind: String {
    switch self {
    case .balance: "balance"
    case .receipt: "receipt"
    case .grant: "grant"
    case .position: "position"
    }
  }

  /// The one way to write it: lower case, no leading zeros.
  public var text: String {
    switch self {
    case .balance(let address): Hex.text(address.bytes)
    case .receipt(let hash): Hex.text(hash.bytes)
    case .grant(let number), .position(let number): String(number)
    }
  }
}
