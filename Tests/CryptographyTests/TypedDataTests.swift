import Cryptography
import Primitives
import Testing

/// Goal: digests as wallets make them. Method: the example of EIP-712, a mail from Cow to Bob, with
/// every hash on the way and the signature it prints.
struct TypedDataTests {
  private let person = "Person(string name,address wallet)"

  private func person(_ name: String, _ wallet: String) throws -> Digest {
    let address = try #require(Address(text: wallet))
    return TypedData.structHash(
      type: TypedData.typeHash(person), [Word(Keccak256.hash(name)), Word(address)])
  }

  @Test func mail() throws {
    let contract = try #require(Address(text: "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"))
    let domain = TypedData.domainSeparator(
      name: "Ether Mail", version: "1", chainID: 1, contract: contract)
    #expect(hex(domain) == "f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f")
    let type = TypedData.typeHash("Mail(Person from,Person to,string contents)" + person)
    #expect(hex(type) == "a0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76108e23dac2")
    let mail = TypedData.structHash(
      type: type,
      [
        Word(try person("Cow", "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826")),
        Word(try person("Bob", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB")),
        Word(Keccak256.hash("Hello, Bob!")),
      ])
    #expect(hex(mail) == "c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e")
    let digest = TypedData.digest(domain: domain, structHash: mail)
    #expect(hex(digest) == "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2")
    let cow = try #require(PrivateKey(Keccak256.hash("cow").bytes))
    let signature = Secp256k1.sign(digest, cow)
    #expect(
      hex(signature.bytes)
        == "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
        + "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c")
  }

  @Test("A member left out is left out of the type")
  func absentMembers() throws {
    let name = Word(Keccak256.hash("Token"))
    let version = Word(Keccak256.hash("2"))
    let contract = try #require(Address(text: "0xf4ee401d00000000000000000000000000000001"))
    func expected(_ type: String, _ members: [Word]) -> Digest {
      Keccak256.hash(([Word(Keccak256.hash(type))] + members).flatMap(\.bytes))
    }
    #expect(
      TypedData.domainSeparator(name: "Token", version: "2")
        == expected("EIP712Domain(string name,string version)", [name, version]))
    #expect(
      TypedData.domainSeparator(name: "Token", version: "2", chainID: 382_001)
        == expected(
          "EIP712Domain(string name,string version,uint256 chainId)",
          [name, version, Word(382_001)]))
    #expect(
      TypedData.domainSeparator(name: "Token", version: "2", contract: contract)
        == expected(
          "EIP712Domain(string name,string version,address verifyingContract)",
          [name, version, Word(contract)]))
  }
}
