internal import CSodium

/// The system's randomness, for keys, salts and identifiers.
public enum RandomBytes {
  private static let library: Int32 = sodium_init()

  /// Fills the bytes; false where the system's randomness cannot be had.
  public static func fill(_ bytes: inout [UInt8]) -> Bool {
    guard library >= 0 else { return false }
    bytes.withUnsafeMutableBytes { buffer in
      if let start = buffer.baseAddress { randombytes_buf(start, buffer.count) }
    }
    return true
  }
}

extension PrivateKey {
  /// A key from the system's randomness; nil where it cannot be had.
  public static func random() -> PrivateKey? {
    var bytes = [UInt8](repeating: 0, count: 32)
    defer { sodium_memzero(&bytes, bytes.count) }
    // A draw that is no key comes once in 2^128.
    for _ in 0..<4 where RandomBytes.fill(&bytes) {
      if let key = PrivateKey(bytes) { return key }
    }
    return nil
  }
}
