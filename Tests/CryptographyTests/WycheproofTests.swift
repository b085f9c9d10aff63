import Cryptography
import Primitives
import Testing

/// Goal: valid signatures of the Wycheproof collection recover to their key's address with one of
/// the two parities, and invalid ones never do. The collection signs in DER, which the product does
/// not read: a strict reader here refuses what is badly encoded.
struct WycheproofTests {
  struct File: Decodable {
    struct Group: Decodable {
      struct Key: Decodable { let uncompressed: String }
      struct Case: Decodable {
        let tcId: Int
        let comment: String
        let msg: String
        let sig: String
        let result: String
      }
      let publicKey: Key
      let tests: [Case]
    }
    let numberOfTests: Int
    let testGroups: [Group]
  }

  struct Tally {
    var recovered = 0
    var beyondParity = 0
    var refused = 0
    var badlyEncoded = 0
    var total: Int { recovered + beyondParity + refused + badlyEncoded }
  }

  @Test("With the low-s rule, as Bitcoin and Ethereum have it")
  func lowS() throws {
    let tally = try run("ecdsa_secp256k1_sha256_bitcoin_test.json", normalising: false)
    guard let tally else { return }
    #expect(tally.recovered == 161)
    #expect(tally.beyondParity == 1)
  }

  @Test("Plain ECDSA: a high s is replaced by its opposite first, and is refused as it stands")
  func plain() throws {
    let tally = try run("ecdsa_secp256k1_sha256_test.json", normalising: true)
    guard let tally else { return }
    #expect(tally.recovered + tally.beyondParity == 168)
    #expect(tally.beyondParity == 2)
  }

  private func run(_ name: String, normalising: Bool) throws -> Tally? {
    let path = "wycheproof/testvectors_v1/" + name
    guard let file = try Vectors.load(File.self, path) else { return nil }
    var tally = Tally()
    for group in file.testGroups {
      let key = try #require(bytes(group.publicKey.uncompressed))
      for test in group.tests {
        try check(test, key: key, normalising: normalising, &tally)
      }
    }
    #expect(tally.total == file.numberOfTests)
    print("\(name): \(tally)")
    return tally
  }

  private func check(
    _ test: File.Group.Case, key: [UInt8], normalising: Bool, _ tally: inout Tally
  ) throws {
    let label = "case \(test.tcId), \(test.comment)"
    let signer = Address(truncating: Word(Keccak256.hash(key, 1..<65)))
    let digest = SHA256.hash(try #require(bytes(test.msg)))
    guard let (r, written) = derNumbers(try #require(bytes(test.sig))) else {
      #expect(test.result == "invalid", "\(label)")
      tally.badlyEncoded += 1
      return
    }
    var s = written
    if normalising, let opposite = CurveArithmetic.negated(s), isHigh(s) {
      #expect(signers(digest, r, s) == [nil, nil], "\(label): high s")
      s = opposite
    }
    let found = signers(digest, r, s).contains(signer)
    guard test.result == "valid" else {
      #expect(!found, "\(label)")
      tally.refused += 1
      return
    }
    if found {
      tally.recovered += 1
      return
    }
    // The point's x is n or more: recovery ids 2 and 3, which Ethereum does not have.
    let beyond = (2...3).map { CurveArithmetic.recover(digest, r: r, s: s, id: $0) }
    #expect(beyond.contains(key), "\(label)")
    tally.beyondParity += 1
  }

  private func signers(_ digest: Digest, _ r: Word, _ s: Word) -> [Address?] {
    Secp256k1.recover(
      ([0, 1] as [UInt8]).map {
        RecoveryRequest(digest: digest, signature: Signature(r: r, s: s, parity: $0))
      })
  }

  private func isHigh(_ s: Word) -> Bool { !Signature(r: s, s: s, parity: 0).isInRange }

  /// SEQUENCE { INTEGER r, INTEGER s } in strict DER, both of at most 32 bytes and not negative.
  private func derNumbers(_ der: [UInt8]) -> (Word, Word)? {
    guard der.count >= 2, der[0] == 0x30, der[1] < 0x80, Int(der[1]) == der.count - 2 else {
      return nil
    }
    var offset = 2
    func number() -> Word? {
      guard offset + 2 <= der.count, der[offset] == 0x02 else { return nil }
      let length = Int(der[offset + 1])
      let start = offset + 2
      guard length > 0, length < 0x80, start + length <= der.count else { return nil }
      var digits = der[start..<start + length]
      guard digits[start] < 0x80 else { return nil }
      if length > 1 && digits[start] == 0 {
        guard digits[start + 1] >= 0x80 else { return nil }
        digits.removeFirst()
      }
      guard digits.count <= 32 else { return nil }
      offset = start + length
      return Word([UInt8](repeating: 0, count: 32 - digits.count) + digits)
    }
    guard let r = number(), let s = number(), offset == der.count else { return nil }
    return (r, s)
  }
}
