internal import CSodium
internal import Glibc

/// Ed25519 (RFC 8032) for what a node signs about itself: the checkpoints of its log.
public enum Ed25519 {
  /// Bytes of a seed and of a public key.
  public static let keyBytes = 32
  /// Bytes of a signature.
  public static let signatureBytes = 64

  /// Chooses the code for this processor, once; every use goes through it. The functions work
  /// without it as well, so its answer decides nothing.
  private static let library: Int32 = sodium_init()

  /// Whether the signature over `message` is that of the key, strictly: a scalar that is not
  /// reduced, a point of small order or in another spelling, and every other length are refused.
  public static func verify(
    _ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]
  ) -> Bool {
    guard signature.count == signatureBytes, publicKey.count == keyBytes, library >= 0 else {
      return false
    }
    return crypto_sign_ed25519_verify_detached(
      signature, message, UInt64(message.count), publicKey) == 0
  }

  fileprivate static func expand(
    _ seed: [UInt8], into secret: UnsafeMutableRawBufferPointer
  ) -> [UInt8] {
    var publicKey = [UInt8](repeating: 0, count: keyBytes)
    guard library >= 0, let place = secret.assumingMemoryBound(to: UInt8.self).baseAddress else {
      return []
    }
    crypto_sign_ed25519_seed_keypair(&publicKey, place, seed)
    return publicKey
  }

  fileprivate static func sign(
    _ message: [UInt8], _ secret: UnsafeRawBufferPointer
  ) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: signatureBytes)
    guard let place = secret.assumingMemoryBound(to: UInt8.self).baseAddress else { return [] }
    crypto_sign_ed25519_detached(&signature, nil, message, UInt64(message.count), place)
    return signature
  }
}

/// An Ed25519 private key. Its bytes are wiped when the last copy goes, and no text form, dump or
/// mirror shows them.
public struct Ed25519Key: Sendable {
  /// The public key, 32 bytes.
  public let publicKey: [UInt8]
  private let secret: Secret

  /// The key of a seed of 32 bytes; nil for another length. The caller's copy stays the caller's to
  /// wipe.
  public init?(seed: [UInt8]) {
    guard seed.count == Ed25519.keyBytes else { return nil }
    secret = Secret()
    publicKey = Ed25519.expand(seed, into: secret.buffer)
    guard publicKey.count == Ed25519.keyBytes else { return nil }
  }

  /// The signature over `message`, 64 bytes, the same each time.
  public func sign(_ message: [UInt8]) -> [UInt8] {
    Ed25519.sign(message, UnsafeRawBufferPointer(secret.buffer))
  }

  /// The seed, for a key file. The caller wipes it.
  public func exportSeed() -> [UInt8] { Array(secret.buffer.prefix(Ed25519.keyBytes)) }
}

extension Ed25519Key: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// A word, never the key.
  public var description: String { "Ed25519Key" }
  /// A word, never the key.
  public var debugDescription: String { description }
  /// A word, never the key.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The seed and the public key behind it, wiped before their memory is given back. Written only
/// before the first copy is handed out, hence safe to share.
private final class Secret: @unchecked Sendable {
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)

  deinit {
    if let start = buffer.baseAddress { explicit_bzero(start, buffer.count) }
    buffer.deallocate()
  }
}
