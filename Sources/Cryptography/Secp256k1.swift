public import Primitives

/// What recovery takes: a digest and the signature that is said to be over it.
public struct RecoveryRequest: Sendable {
  public var digest: Digest
  public var signature: Signature

  public init(digest: Digest, signature: Signature) {
    self.digest = digest
    self.signature = signature
  }
}

/// ECDSA over secp256k1 as Ethereum uses it. Pure functions, safe from any thread.
public enum Secp256k1 {
  /// The signer of each request, in order; nil where the signature is invalid: r or s zero or not
  /// below the group's order, s above half of it (EIP-2), a parity above 1, or no point recovered.
  ///
  /// Here an implementation of recovery is chosen; there is one, and it gets numbers in range only.
  public static func recover(_ batch: [RecoveryRequest]) -> [Address?] {
    batch.map(recover)
  }

  /// The signer of one request, or nil as for a batch.
  public static func recover(_ request: RecoveryRequest) -> Address? {
    guard request.signature.isInRange else { return nil }
    return CurveLibrary.recover(request.digest, request.signature)
  }

  /// Signs `digest` deterministically (RFC 6979) with s in the lower half.
  public static func sign(_ digest: Digest, _ key: PrivateKey) -> Signature {
    key.sign(digest)
  }
}
