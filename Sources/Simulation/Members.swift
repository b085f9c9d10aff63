internal import Cryptography
internal import Primitives

/// The members of a simulated network. The first have keys, so that they sign what others bring.
enum Members {
  /// How many have keys: enough for any choice, and made within a second.
  static let signers = 4_096

  /// The address of a member by its number.
  static func address(_ number: Int) -> Address {
    number < signers
      ? key(number).address
      : Address(truncating: Word(Keccak256.hash("freehold.member.\(number)")))
  }

  /// The key of a member by its number.
  static func key(_ number: Int) -> PrivateKey {
    var digest = Keccak256.hash("freehold.member.\(number)")
    while true {
      if let key = PrivateKey(digest.bytes) { return key }
      digest = Keccak256.hash(digest.bytes)
    }
  }

  /// The keys of those of the first `count` members who have one, by their addresses.
  static func keys(_ count: Int) -> [Address: PrivateKey] {
    var keys: [Address: PrivateKey] = [:]
    for number in 0..<min(count, signers) {
      let key = key(number)
      keys[key.address] = key
    }
    return keys
  }
}
