import Cryptography
import Primitives
import Testing

/// Goal: the 65-byte form is read strictly and written in one way. Method: round trips, every v,
/// every wrong length, random bytes.
struct SignatureTests {
  @Test func everyV() {
    var generator = SeededGenerator(seed: 31)
    let numbers = generator.bytes(64)
    for v in 0...255 as ClosedRange<UInt8> {
      let signature = Signature(numbers + [v])
      switch v {
      case 0, 1: #expect(signature?.bytes == numbers + [v + 27])
      case 27, 28: #expect(signature?.bytes == numbers + [v])
      default: #expect(signature == nil)
      }
    }
  }

  @Test func lengths() {
    for count in 0..<200 where count != 65 {
      #expect(Signature([UInt8](repeating: 1, count: count)) == nil)
    }
    #expect(Signature([UInt8](repeating: 1, count: 65)) != nil)
  }

  @Test("Mutated signatures parse to what they say or not at all, and never to the signer twice")
  func mutations() throws {
    var generator = SeededGenerator(seed: 32)
    let key = try #require(PrivateKey(generator.bytes(32)))
    let digest = generator.digest()
    let good = Secp256k1.sign(digest, key).bytes
    for _ in 0..<500 {
      var bytes = good
      for _ in 0...generator.next() % 3 {
        bytes[Int(generator.next() % 65)] = UInt8(truncatingIfNeeded: generator.next())
      }
      guard let signature = Signature(bytes), signature.bytes != good else { continue }
      #expect(signature.bytes.prefix(64) == bytes.prefix(64))
      #expect(
        Secp256k1.recover(RecoveryRequest(digest: digest, signature: signature)) != key.address)
    }
  }
}
