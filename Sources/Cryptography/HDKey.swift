internal import CNettle
internal import Glibc

/// A private key with the chain code from which its children derive (BIP-32).
public struct HDKey: Sendable {
  /// The key itself.
  public let key: PrivateKey
  private let chainCode: [UInt8]

  /// A child number from here on is hardened: it needs the private key.
  public static let hardened: UInt32 = 0x8000_0000

  private init(key: PrivateKey, chainCode: [UInt8]) {
    self.key = key
    self.chainCode = chainCode
  }

  /// The master key of a seed of 16 to 64 bytes; nil for another length, or in the one case of
  /// 2^127 in which the seed has none.
  public init?(seed: [UInt8]) {
    guard 16...64 ~= seed.count else { return nil }
    var mac = MAC512(key: [UInt8]("Bitcoin seed".utf8), message: seed)
    defer { mac.wipe() }
    var left = mac.left
    defer { explicit_bzero(&left, left.count) }
    guard let key = PrivateKey(left) else { return nil }
    self.init(key: key, chainCode: mac.right)
  }

  /// The child of a number, from `hardened` on a hardened one; nil in the one case of 2^127 in
  /// which there is none.
  public func child(_ number: UInt32) -> HDKey? {
    // Room for all at once, so that growing leaves no copy of the secret behind.
    var message: [UInt8] = []
    message.reserveCapacity(37)
    if number >= Self.hardened {
      message.append(0)
      key.appendSecret(to: &message)
    } else {
      message.append(contentsOf: key.publicKey)
    }
    for shift in [24, 16, 8, 0] as [UInt32] {
      message.append(UInt8(truncatingIfNeeded: number >> shift))
    }
    var mac = MAC512(key: chainCode, message: message)
    defer {
      mac.wipe()
      explicit_bzero(&message, message.count)
    }
    guard let child = mac.withLeft({ key.adding($0) }) else { return nil }
    return HDKey(key: child, chainCode: mac.right)
  }

  /// The descendant along `path`, child by child.
  public func descendant(_ path: [UInt32]) -> HDKey? {
    var place: HDKey? = self
    for number in path { place = place?.child(number) }
    return place
  }

  /// The account key at m/44'/60'/0'/0/`index` (BIP-44, coin type 60), as wallets number them.
  public func account(_ index: UInt32) -> PrivateKey? {
    guard index < Self.hardened else { return nil }
    return descendant([44 + Self.hardened, 60 + Self.hardened, Self.hardened, 0, index])?.key
  }
}

extension HDKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The key's address, never a secret.
  public var description: String { "HDKey(of \(key.address.checksummed))" }
  /// The key's address, never a secret.
  public var debugDescription: String { description }
  /// The key's address, never a secret.
  public var customMirror: Mirror { Mirror(self, children: ["key": key.description]) }
}

/// HMAC-SHA512 of one message, in the two halves that BIP-32 wants.
private struct MAC512 {
  private var bytes = [UInt8](repeating: 0, count: 64)

  init(key: [UInt8], message: [UInt8]) {
    var context = hmac_sha512_ctx()
    nettle_hmac_sha512_set_key(&context, key.count, key)
    nettle_hmac_sha512_update(&context, message.count, message)
    nettle_hmac_sha512_digest(&context, bytes.count, &bytes)
    explicit_bzero(&context, MemoryLayout<hmac_sha512_ctx>.size)
  }

  var left: [UInt8] { Array(bytes[..<32]) }
  var right: [UInt8] { Array(bytes[32...]) }

  func withLeft<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<32])) }
  }

  mutating func wipe() { explicit_bzero(&bytes, bytes.count) }
}
