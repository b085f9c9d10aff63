internal import CSecp256k1
internal import Primitives

/// libsecp256k1: the only file that knows it. The one context is never changed after it is made, so
/// all threads may use it.
enum CurveLibrary {
  private struct Context: @unchecked Sendable {
    let pointer: OpaquePointer

    init() {
      guard let pointer = secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) else {
        preconditionFailure("libsecp256k1 could not make its context: out of memory")
      }
      self.pointer = pointer
      // Blinds the arithmetic of signing against side channels; results do not depend on it.
      var generator = SystemRandomNumberGenerator()
      let seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
      _ = secp256k1_context_randomize(pointer, seed)
    }
  }

  private static let context = Context()

  /// The address whose key made `signature` over `digest`, or nil where there is no such point.
  static func recover(_ digest: Digest, _ signature: Signature) -> Address? {
    let compact: InlineArray<2, Bytes32> = [Bytes32(signature.r), Bytes32(signature.s)]
    let message = Bytes32(Word(digest))
    var parsed = secp256k1_ecdsa_recoverable_signature()
    var key = secp256k1_pubkey()
    let isRecovered = compact.span.withUnsafeBytes { compact in
      message.withBytes { message in
        secp256k1_ecdsa_recoverable_signature_parse_compact(
          context.pointer, &parsed, compact.bytes, Int32(signature.parity)) == 1
          && secp256k1_ecdsa_recover(context.pointer, &key, &parsed, message.bytes) == 1
      }
    }
    return isRecovered ? address(of: key) : nil
  }

  /// Whether the 32 bytes at `secret` are a number from 1 to n - 1.
  static func isSecret(_ secret: UnsafeRawBufferPointer) -> Bool {
    precondition(secret.count == 32)
    return secp256k1_ec_seckey_verify(context.pointer, secret.bytes) == 1
  }

  /// The address of a secret for which `isSecret` holds.
  static func address(ofSecret secret: UnsafeRawBufferPointer) -> Address {
    let key = publicKey(of: secret)
    return address(of: key)
  }

  /// The compressed public key, 33 bytes, of a secret for which `isSecret` holds.
  static func compressedKey(ofSecret secret: UnsafeRawBufferPointer) -> [UInt8] {
    var key = publicKey(of: secret)
    var encoded = [UInt8](repeating: 0, count: 33)
    var count = encoded.count
    _ = secp256k1_ec_pubkey_serialize(
      context.pointer, &encoded, &count, &key, UInt32(SECP256K1_EC_COMPRESSED))
    return encoded
  }

  /// Signs with a secret for which `isSecret` holds.
  static func sign(_ digest: Digest, _ secret: UnsafeRawBufferPointer) -> Signature {
    precondition(secret.count == 32)
    var made = secp256k1_ecdsa_recoverable_signature()
    let isSigned = Bytes32(Word(digest)).withBytes { message in
      secp256k1_ecdsa_sign_recoverable(
        context.pointer, &made, message.bytes, secret.bytes, nil, nil) == 1
    }
    precondition(isSigned, "the secret was checked when the key was made")
    var compact = InlineArray<2, Bytes32>(repeating: Bytes32(.zero))
    var parity: Int32 = 0
    withUnsafeMutableBytes(of: &compact) { compact in
      _ = secp256k1_ecdsa_recoverable_signature_serialize_compact(
        context.pointer, compact.bytes, &parity, &made)
    }
    return Signature(r: compact[0].word, s: compact[1].word, parity: UInt8(parity & 1))
  }

  /// Adds `tweak` to the secret modulo n; false where the tweak is not below n or the sum is zero.
  static func add(_ tweak: UnsafeRawBufferPointer, to secret: UnsafeMutableRawBufferPointer) -> Bool
  {
    precondition(tweak.count == 32 && secret.count == 32)
    return secp256k1_ec_seckey_tweak_add(
      context.pointer, secret.bytes, tweak.bytes) == 1
  }

  private static func publicKey(of secret: UnsafeRawBufferPointer) -> secp256k1_pubkey {
    precondition(secret.count == 32)
    var key = secp256k1_pubkey()
    let isMade = secp256k1_ec_pubkey_create(context.pointer, &key, secret.bytes) == 1
    precondition(isMade, "the secret was checked when the key was made")
    return key
  }

  /// The last twenty bytes of the Keccak-256 of the key's coordinates.
  private static func address(of key: secp256k1_pubkey) -> Address {
    var key = key
    var encoded = InlineArray<65, UInt8>(repeating: 0)
    withUnsafeMutableBytes(of: &encoded) { encoded in
      var count = encoded.count
      _ = secp256k1_ec_pubkey_serialize(
        context.pointer, encoded.bytes, &count, &key,
        UInt32(SECP256K1_EC_UNCOMPRESSED))
    }
    return Address(truncating: Word(Keccak256.hash(encoded.span.bytes.extracting(1..<65))))
  }
}

/// A word as its thirty-two bytes in memory.
private struct Bytes32: BitwiseCopyable {
  private var w0: UInt64
  private var w1: UInt64
  private var w2: UInt64
  private var w3: UInt64

  init(_ word: Word) {
    w0 = word.w0.bigEndian
    w1 = word.w1.bigEndian
    w2 = word.w2.bigEndian
    w3 = word.w3.bigEndian
  }

  var word: Word {
    Word(
      w0: UInt64(bigEndian: w0), w1: UInt64(bigEndian: w1), w2: UInt64(bigEndian: w2),
      w3: UInt64(bigEndian: w3))
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(of: self, body)
  }
}

extension UnsafeRawBufferPointer {
  /// The start of a buffer that is not empty, as C functions over bytes want it.
  fileprivate var bytes: UnsafePointer<UInt8> {
    guard let baseAddress else { preconditionFailure("an empty buffer has no start") }
    return baseAddress.assumingMemoryBound(to: UInt8.self)
  }
}

extension UnsafeMutableRawBufferPointer {
  /// The start of a buffer that is not empty, as C functions over bytes want it.
  fileprivate var bytes: UnsafeMutablePointer<UInt8> {
    guard let baseAddress else { preconditionFailure("an empty buffer has no start") }
    return baseAddress.assumingMemoryBound(to: UInt8.self)
  }
}
