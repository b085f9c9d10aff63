public import Primitives

/// A message that a person signs (EIP-191, version 0x45): no transaction can be mistaken for it.
public enum PersonalMessage {
  /// What is signed: Keccak-256 of a prefix, the length in decimal and the message.
  public static func digest(_ message: [UInt8]) -> Digest {
    let prefix = "\u{19}Ethereum Signed Message:\n\(message.count)"
    return Keccak256.hash(Array(prefix.utf8) + message)
  }
}
