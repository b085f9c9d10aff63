import Cryptography
import Primitives
import Testing

/// Goal: only numbers from 1 to n - 1 are keys, and no text form shows one.
struct PrivateKeyTests {
  private let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"

  @Test func range() throws {
    let n = try #require(bytes(order))
    #expect(PrivateKey([UInt8](repeating: 0, count: 32)) == nil)
    #expect(PrivateKey(n) == nil)
    #expect(PrivateKey([UInt8](repeating: 0xff, count: 32)) == nil)
    for count in 0..<70 where count != 32 {
      #expect(PrivateKey([UInt8](repeating: 1, count: count)) == nil)
    }
    let last = try #require(PrivateKey(n.dropLast() + [0x40]))
    // The address of the key n - 1 and of the key 1 are well known.
    #expect(last.address.checksummed == "0x80C0dbf239224071c59dD8970ab9d542E3414aB2")
    let first = try #require(PrivateKey([UInt8](repeating: 0, count: 31) + [1]))
    #expect(first.address.checksummed == "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf")
    #expect(hex(first.publicKey).hasPrefix("0279be667ef9dcbbac55a06295ce870b07"))
  }

  @Test func neverPrinted() throws {
    let secret = [UInt8](repeating: 0xa7, count: 32)
    let key = try #require(PrivateKey(secret))
    var dumped = ""
    dump(key, to: &dumped)
    let holder = [("key", key)]
    let texts = [
      "\(key)", String(describing: key), String(reflecting: key), dumped, "\(holder)",
      "\(Optional(key) as Any)", "\(Mirror(reflecting: key).children.map { "\($0)" })",
    ]
    for text in texts {
      #expect(!text.lowercased().contains("a7a7"))
      #expect(!text.contains("167"))
    }
    #expect("\(key)".contains(key.address.checksummed))
    #expect(key.exportSecret() == secret)
  }

  @Test func equality() throws {
    var generator = SeededGenerator(seed: 41)
    let secret = generator.bytes(32)
    let key = try #require(PrivateKey(secret))
    #expect(key == PrivateKey(secret))
    #expect(key != PrivateKey(generator.bytes(32)))
  }

  @Test func constantTime() {
    #expect(ConstantTime.areEqual([], []))
    #expect(ConstantTime.areEqual([1, 2, 3], [1, 2, 3]))
    #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2]))
    for place in 0..<32 {
      for bit in 0..<8 {
        var other = [UInt8](repeating: 9, count: 32)
        other[place] ^= UInt8(1) << UInt8(bit)
        #expect(!ConstantTime.areEqual([UInt8](repeating: 9, count: 32), other))
      }
    }
  }
}
