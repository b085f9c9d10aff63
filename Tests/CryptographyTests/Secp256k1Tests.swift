import Cryptography
import Primitives
import Testing

/// Goal: what is signed recovers to the signer, and nothing out of range recovers at all. Method:
/// round trips from a seed, published keys and signatures, every edge of r, s and parity, several
/// threads.
struct Secp256k1Tests {
  private static let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
  private static let halfOrder = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0"

  private func word(_ hex: String) throws -> Word { try #require(bytes(hex).flatMap { Word($0) }) }

  /// The word plus a small number, modulo 2^256.
  private func sum(_ word: Word, _ change: Int) -> Word {
    var bytes = word.bytes
    var carry = change
    for place in bytes.indices.reversed() {
      let digit = Int(bytes[place]) + carry
      bytes[place] = UInt8(truncatingIfNeeded: digit)
      carry = digit >> 8
    }
    return Word(bytes) ?? word
  }

  @Test func roundTrips() throws {
    var generator = SeededGenerator(seed: 21)
    for _ in 0..<100 {
      let key = try #require(PrivateKey(generator.bytes(32)))
      let digest = generator.digest()
      let signature = Secp256k1.sign(digest, key)
      #expect(signature.isInRange)
      #expect(signature == Secp256k1.sign(digest, key))
      #expect(
        Secp256k1.recover(RecoveryRequest(digest: digest, signature: signature)) == key.address)
      #expect(Signature(signature.bytes) == signature)
      // The other parity, another digest: another signer.
      var other = signature
      other.parity ^= 1
      #expect(Secp256k1.recover(RecoveryRequest(digest: digest, signature: other)) != key.address)
      let elsewhere = RecoveryRequest(digest: generator.digest(), signature: signature)
      #expect(Secp256k1.recover(elsewhere) != key.address)
      // The same signature with the opposite s is plain ECDSA's twin, which EIP-2 refuses.
      other.s = try #require(CurveArithmetic.negated(signature.s))
      #expect(!other.isInRange)
      #expect(Secp256k1.recover(RecoveryRequest(digest: digest, signature: other)) == nil)
    }
  }

  @Test func edges() throws {
    var generator = SeededGenerator(seed: 22)
    let key = try #require(PrivateKey(generator.bytes(32)))
    let digest = generator.digest()
    let good = Secp256k1.sign(digest, key)
    let order = try word(Self.order)
    let half = try word(Self.halfOrder)
    let most = try word(String(repeating: "f", count: 64))
    func recovered(_ change: (inout Signature) -> Void) -> Address? {
      var signature = good
      change(&signature)
      return Secp256k1.recover(RecoveryRequest(digest: digest, signature: signature))
    }
    #expect(recovered { _ in } == key.address)
    for bad in [.zero, order, sum(order, 1), most] {
      #expect(recovered { $0.r = bad } == nil)
      #expect(recovered { $0.s = bad } == nil)
    }
    #expect(recovered { $0.s = sum(half, 1) } == nil)
    #expect(recovered { $0.s = sum(order, -1) } == nil)
    #expect(recovered { $0.s = half } != nil)
    #expect(recovered { $0.s = sum(.zero, 1) } != nil)
    for parity in 2...255 as ClosedRange<UInt8> { #expect(recovered { $0.parity = parity } == nil) }
    // No point of the curve has x = 5.
    #expect(recovered { $0.r = Word(5) } == nil)
  }

  @Test("A signature built to recover the point at infinity is refused")
  func infinity() throws {
    // Q = (s R - z G) / r: with R = G and s = z = 1 the difference is nothing.
    let x = try word("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    let one = Word(1)
    let request = RecoveryRequest(
      digest: Digest(one), signature: Signature(r: x, s: one, parity: 0))
    #expect(Secp256k1.recover(request) == nil)
    var other = request
    other.signature.parity = 1
    #expect(Secp256k1.recover(other) != nil)
  }

  @Test func batchKeepsOrder() throws {
    var generator = SeededGenerator(seed: 23)
    var batch: [RecoveryRequest] = []
    var expected: [Address?] = []
    for place in 0..<50 {
      let key = try #require(PrivateKey(generator.bytes(32)))
      let digest = generator.digest()
      var request = RecoveryRequest(digest: digest, signature: Secp256k1.sign(digest, key))
      if place % 7 == 3 { request.signature.s = .zero }
      batch.append(request)
      expected.append(place % 7 == 3 ? nil : key.address)
    }
    #expect(Secp256k1.recover(batch) == expected)
    #expect(Secp256k1.recover([]).isEmpty)
  }

  @Test("Eight tasks at once recover what one does")
  func threads() async throws {
    var generator = SeededGenerator(seed: 24)
    let key = try #require(PrivateKey(generator.bytes(32)))
    let batch = (0..<64).map { _ in
      let digest = generator.digest()
      var signature = Secp256k1.sign(digest, key)
      if generator.next() % 5 == 0 { signature.r = Word(generator.digest()) }
      return RecoveryRequest(digest: digest, signature: signature)
    }
    let expected = Secp256k1.recover(batch)
    await withTaskGroup(of: [Address?].self) { group in
      for _ in 0..<8 { group.addTask { Secp256k1.recover(batch) } }
      for await result in group { #expect(result == expected) }
    }
    #expect(expected.contains(key.address))
  }

  struct PublishedKey: Decodable {
    struct Numbers: Decodable {
      let v: String
      let r: String
      let s: String
    }
    let seed: String
    let key: String
    let addr: String
    let signature: Numbers

    enum CodingKeys: String, CodingKey {
      case seed, key, addr
      case signature = "sig_of_emptystring"
    }
  }

  /// A decimal number below 2^256 as a word.
  private func word(decimal: String) -> Word? {
    var bytes = [UInt8](repeating: 0, count: 32)
    for character in decimal {
      guard var carry = character.wholeNumberValue else { return nil }
      for place in bytes.indices.reversed() {
        carry += Int(bytes[place]) * 10
        bytes[place] = UInt8(truncatingIfNeeded: carry)
        carry >>= 8
      }
    }
    return Word(bytes)
  }

  /// RFC 6979 with secp256k1 and SHA-256: key 1 and the words "Satoshi Nakamoto", a vector that
  /// several libraries publish.
  @Test("incident 27: the nonce of a signature follows from key and message")
  func deterministicNonce() throws {
    let key = try #require(PrivateKey([UInt8](repeating: 0, count: 31) + [1]))
    let digest = SHA256.hash(Array("Satoshi Nakamoto".utf8))
    let signature = Secp256k1.sign(digest, key)
    #expect(
      Hex.text(signature.r.bytes)
        == "0x934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8")
    #expect(
      Hex.text(signature.s.bytes)
        == "0x2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5")
    var nonces: Set<[UInt8]> = []
    for number in 0..<64 as Range<UInt8> {
      nonces.insert(Secp256k1.sign(SHA256.hash([number]), key).r.bytes)
    }
    #expect(nonces.count == 64, "no nonce serves twice")
  }

  @Test("Keys and addresses of the Ethereum tests")
  func publishedKeys() throws {
    let path = "ethereum-tests/BasicTests/keyaddrtest.json"
    guard let list = try Vectors.load([PublishedKey].self, path) else { return }
    #expect(list.count == 2)
    for published in list {
      #expect(hex(Keccak256.hash(published.seed)) == published.key)
      let key = try #require(bytes(published.key).flatMap(PrivateKey.init))
      #expect(hex(key.address.bytes) == published.addr)
      // The file does not say which digest of the empty string it signs, and no usual one fits, so
      // its signatures serve for their range alone: the second is older than EIP-2, with a high s.
      let numbers = published.signature
      let signature = Signature(
        r: try #require(word(decimal: numbers.r)), s: try #require(word(decimal: numbers.s)),
        parity: numbers.v == "27" ? 0 : 1)
      let found = Secp256k1.recover(
        RecoveryRequest(digest: Keccak256.hash([]), signature: signature))
      #expect((found == nil) == (published.seed == "horse"))
    }
  }
}
