internal import CNettle
internal import Glibc
public import Primitives

/// A private key encrypted under a password: version 3 of the keystore of Ethereum's wallets
/// (AES-128 in counter mode, a Keccak-256 code over the ciphertext).
public struct Keystore: Sendable, Equatable {
  /// The account that the file claims to be; checked when the key is decrypted.
  public let address: Address?
  /// A UUID that stands for the file, in small letters; nil where it has none.
  public let id: String?
  /// How the password becomes a key.
  public let derivation: KeyDerivation
  let salt: [UInt8]
  /// Bytes that are derived; 32 of them are used.
  let derivedBytes: Int
  /// The first counter of the cipher.
  let counter: [UInt8]
  let ciphertext: [UInt8]
  let code: [UInt8]

  init(
    address: Address?, id: String?, derivation: KeyDerivation, salt: [UInt8], derivedBytes: Int,
    counter: [UInt8], ciphertext: [UInt8], code: [UInt8]
  ) {
    self.address = address
    self.id = id
    self.derivation = derivation
    self.salt = salt
    self.derivedBytes = derivedBytes
    self.counter = counter
    self.ciphertext = ciphertext
    self.code = code
  }

  /// Encrypts a key; salt, counter and id are drawn from the system's randomness.
  public init(
    _ key: PrivateKey, password: Password, derivation: KeyDerivation = .standard
  ) throws(KeystoreFailure) {
    if let reason = derivation.refusal { throw .form(reason) }
    var drawn = [UInt8](repeating: 0, count: 64)
    guard RandomBytes.fill(&drawn) else { throw .noRandomness }
    let salt = Array(drawn[..<32])
    let counter = Array(drawn[32..<48])
    var bytes = key.exportSecret()
    defer { explicit_bzero(&bytes, bytes.count) }
    let code = try Self.withDerived(derivation, password, salt, 32) { derived in
      Self.crypt(&bytes, derived, counter)
      return Self.code(derived, bytes)
    }
    self.init(
      address: key.address, id: Self.identifier(Array(drawn[48...])), derivation: derivation,
      salt: salt, derivedBytes: 32, counter: counter, ciphertext: Array(bytes), code: code)
  }

  /// The key, where the password is right.
  public func open(_ password: Password) throws(KeystoreFailure) -> PrivateKey {
    if let reason = derivation.refusal { throw .form(reason) }
    var bytes = ciphertext
    defer { explicit_bzero(&bytes, bytes.count) }
    let isRight = try Self.withDerived(derivation, password, salt, derivedBytes) { derived in
      guard ConstantTime.areEqual(Self.code(derived, ciphertext), code) else { return false }
      Self.crypt(&bytes, derived, counter)
      return true
    }
    guard isRight else { throw .wrongPassword }
    guard let key = PrivateKey(bytes) else {
      throw .form("what is encrypted is no private key")
    }
    if let address, address != key.address {
      throw .otherAddress(claimed: address, actual: key.address)
    }
    return key
  }

  // Steps

  private static func withDerived<Result>(
    _ derivation: KeyDerivation, _ password: Password, _ salt: [UInt8], _ count: Int,
    _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(KeystoreFailure) -> Result {
    let derived = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
    defer {
      if let start = derived.baseAddress { explicit_bzero(start, derived.count) }
      derived.deallocate()
    }
    guard derivation.derive(password, salt: salt, into: derived) else { throw .noMemory }
    return body(UnsafeRawBufferPointer(derived))
  }

  /// The authentication code: the second half of the derived key before the ciphertext.
  private static func code(_ derived: UnsafeRawBufferPointer, _ ciphertext: [UInt8]) -> [UInt8] {
    var message: [UInt8] = []
    message.reserveCapacity(16 + ciphertext.count)
    message.append(contentsOf: derived[16..<32])
    message.append(contentsOf: ciphertext)
    defer { explicit_bzero(&message, message.count) }
    return Keccak256.hash(message).bytes
  }

  /// Encrypts or decrypts in place under the first half of the derived key.
  private static func crypt(
    _ bytes: inout [UInt8], _ derived: UnsafeRawBufferPointer, _ counter: [UInt8]
  ) {
    guard let key = derived.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
    nettle_aes128_ctr_in_place(key, counter, bytes.count, &bytes)
  }

  /// A UUID of version 4 of sixteen drawn bytes.
  private static func identifier(_ drawn: [UInt8]) -> String {
    var bytes = drawn
    bytes[6] = bytes[6] & 0x0f | 0x40
    bytes[8] = bytes[8] & 0x3f | 0x80
    let digits = Array(Hex.text(bytes).utf8.dropFirst(2))
    let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
    return parts.map { String(decoding: digits[$0], as: UTF8.self) }.joined(separator: "-")
  }
}

/// Why a keystore cannot be read, opened or made.
public enum KeystoreFailure: Error, Equatable, Sendable {
  /// The text is no keystore of version 3, or asks for what is refused.
  case form(String)
  /// The code over the ciphertext does not fit: another password, or a changed file.
  case wrongPassword
  /// The file is sound and claims to be another account than it is.
  case otherAddress(claimed: Address, actual: Address)
  /// The derivation's memory cannot be had.
  case noMemory
  /// The system gives no random bytes.
  case noRandomness
}

extension KeystoreFailure: CustomStringConvertible {
  /// What is wrong and how to repair it.
  public var description: String {
    switch self {
    case .form(let reason): "\(reason): give a keystore file of version 3"
    case .wrongPassword:
      "the password does not open the keystore: check it, or whether the file was changed"
    case .otherAddress(let claimed, let actual):
      "the file claims to be \(claimed.checksummed) and holds the key of \(actual.checksummed):"
        + " somebody changed it; correct its address if you trust the key"
    case .noMemory: "the memory for the password's derivation cannot be had: free some, try again"
    case .noRandomness: "the system gives no random bytes: see whether getrandom works"
    }
  }
}
