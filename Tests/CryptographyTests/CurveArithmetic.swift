import CSecp256k1
import Primitives

/// What the tests need of libsecp256k1 beyond what the product offers.
enum CurveArithmetic {
  private nonisolated(unsafe) static let context = secp256k1_context_create(
    UInt32(SECP256K1_CONTEXT_NONE))!

  /// n - `scalar`, or nil where the scalar is zero or not below n.
  static func negated(_ scalar: Word) -> Word? {
    var bytes = scalar.bytes
    guard secp256k1_ec_seckey_negate(context, &bytes) == 1 else { return nil }
    return Word(bytes)
  }

  /// The uncompressed key, 65 bytes, that recovery finds for any recovery id from 0 to 3.
  static func recover(_ digest: Digest, r: Word, s: Word, id: Int32) -> [UInt8]? {
    var signature = secp256k1_ecdsa_recoverable_signature()
    var key = secp256k1_pubkey()
    guard
      secp256k1_ecdsa_recoverable_signature_parse_compact(
        context, &signature, r.bytes + s.bytes, id) == 1,
      secp256k1_ecdsa_recover(context, &key, &signature, digest.bytes) == 1
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: 65)
    var count = bytes.count
    secp256k1_ec_pubkey_serialize(
      context, &bytes, &count, &key, UInt32(SECP256K1_EC_UNCOMPRESSED))
    return bytes
  }
}
