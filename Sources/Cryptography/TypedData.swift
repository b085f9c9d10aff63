public import Primitives

/// Hashes of typed data as wallets sign them (EIP-712).
public enum TypedData {
  /// The hash of a type's declaration, such as `Mail(address to,string contents)`.
  public static func typeHash(_ declaration: String) -> Digest { Keccak256.hash(declaration) }

  /// The hash of a struct: its type's hash, then each member's word in order. Members of dynamic
  /// type (string, bytes, arrays) and structs come as their hashes.
  public static func structHash(type: Digest, _ members: [Word]) -> Digest {
    var encoded: [UInt8] = []
    encoded.reserveCapacity(32 * (members.count + 1))
    Word(type).append(to: &encoded)
    for member in members { member.append(to: &encoded) }
    return Keccak256.hash(encoded)
  }

  /// The domain separator of an application's `name` and `version`, and of its chain and contract
  /// where they are given. A member left out is left out of the domain's type too.
  public static func domainSeparator(
    name: String, version: String, chainID: UInt64? = nil, contract: Address? = nil
  ) -> Digest {
    var declaration = "EIP712Domain(string name,string version"
    var members = [Word(Keccak256.hash(name)), Word(Keccak256.hash(version))]
    if let chainID {
      declaration += ",uint256 chainId"
      members.append(Word(UInt128(chainID)))
    }
    if let contract {
      declaration += ",address verifyingContract"
      members.append(Word(contract))
    }
    return structHash(type: typeHash(declaration + ")"), members)
  }

  /// The digest that is signed: Keccak-256 of 0x1901, the domain separator and the struct's hash.
  public static func digest(domain: Digest, structHash: Digest) -> Digest {
    var encoded: [UInt8] = [0x19, 0x01]
    encoded.reserveCapacity(66)
    Word(domain).append(to: &encoded)
    Word(structHash).append(to: &encoded)
    return Keccak256.hash(encoded)
  }
}
