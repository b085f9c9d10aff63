import Cryptography
import Testing

@Suite struct Ed25519Tests {
  /// RFC 8032 section 7.1: seed, public key, message, signature.
  private static let published = [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
        + "f9b46bd25bf5f0595bbe24655141438e7a100b"
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
        + "f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    ),
    (
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f76098"
        + "4dc6594a7c15e9716ed28dc027beceea1ec40a"
    ),
    (
      "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
      "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3"
        + "feebbd454d4423643ce80e2a9ac94fa54ca49f",
      "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c664"
        + "31e0303dca179c138ac17ad9bef1177331a704"
    ),
  ]

  @Test("The test vectors of RFC 8032")
  func vectors() throws {
    for (seed, publicKey, message, signature) in Self.published {
      let start = try #require(bytes(seed))
      let key = try #require(Ed25519Key(seed: start))
      let message = try #require(bytes(message))
      #expect(hex(key.publicKey) == publicKey)
      #expect(hex(key.sign(message)) == signature)
      #expect(Ed25519.verify(key.sign(message), of: message, by: key.publicKey))
      #expect(hex(key.exportSeed()) == seed)
      #expect("\(key)" == "Ed25519Key" && Array(Mirror(reflecting: key).children).isEmpty)
    }
  }

  @Test("Every bit of signature, message and key counts")
  func everyBit() throws {
    let key = try #require(Ed25519Key(seed: [UInt8](repeating: 7, count: 32)))
    let message = Array("a checkpoint".utf8)
    let signature = key.sign(message)
    var refused = 0
    for bit in 0..<8 * (64 + message.count + 32) {
      var parts = [signature, message, key.publicKey]
      var place = bit / 8
      var part = 0
      while place >= parts[part].count {
        place -= parts[part].count
        part += 1
      }
      parts[part][place] ^= 1 << (bit % 8)
      #expect(!Ed25519.verify(parts[0], of: parts[1], by: parts[2]))
      refused += 1
    }
    print("Ed25519: \(refused) flipped bits, all refused")
  }

  @Test("A scalar that is not reduced, a key of small order and other lengths are refused")
  func strict() throws {
    let key = try #require(Ed25519Key(seed: [UInt8](repeating: 9, count: 32)))
    let message: [UInt8] = [1, 2, 3]
    var signature = key.sign(message)
    for wrong in [[], Array(signature.dropLast()), signature + [0]] as [[UInt8]] {
      #expect(!Ed25519.verify(wrong, of: message, by: key.publicKey))
    }
    #expect(!Ed25519.verify(signature, of: message, by: Array(key.publicKey.dropLast())))
    // The same scalar plus the group's order is the same number and another text.
    let order = try #require(
      bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"))
    var carry = 0
    for place in 0..<32 {
      let sum = Int(signature[32 + place]) + Int(order[place]) + carry
      signature[32 + place] = UInt8(sum & 255)
      carry = sum >> 8
    }
    #expect(carry == 0 && !Ed25519.verify(signature, of: message, by: key.publicKey))
    let zero = [UInt8](repeating: 0, count: 32)
    let one = [1] + zero.dropLast()
    #expect(!Ed25519.verify(one + zero, of: message, by: one))
    #expect(Ed25519Key(seed: []) == nil && Ed25519Key(seed: zero + [0]) == nil)
  }
}
