import Cryptography
import Primitives
import Testing

/// Goal: SHA-256 by both paths. Method: published digests, then the accelerated path against the
/// portable one on every length from 0 to 300, whole and in parts.
struct SHA256Tests {
  @Test(
    "Published digests",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
          + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
    ])
  func published(text: String, digest: String) {
    #expect(hex(SHA256.hash([UInt8](text.utf8))) == digest)
    var portable = SHA256.Hasher(portable: true)
    portable.update([UInt8](text.utf8))
    #expect(hex(portable.finalize()) == digest)
  }

  @Test func millionLetters() {
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(hex(SHA256.hash(text)) == digest)
    var portable = SHA256.Hasher(portable: true)
    portable.update(text)
    #expect(hex(portable.finalize()) == digest)
  }

  @Test func everyLengthOnBothPaths() {
    var generator = SeededGenerator(seed: 1)
    for length in 0...300 {
      let message = generator.bytes(length)
      var portable = SHA256.Hasher(portable: true)
      portable.update(message)
      let expected = portable.finalize()
      #expect(SHA256.hash(message) == expected, "length \(length)")
      var parts = SHA256.Hasher()
      var offset = 0
      while offset < length {
        let end = min(length, offset + 1 + Int(generator.next() % 90))
        parts.update(Array(message[offset..<end]))
        offset = end
      }
      #expect(parts.finalize() == expected, "length \(length) in parts")
      let framed = [7, 7, 7] + message + [9]
      #expect(SHA256.hash(framed, 3..<3 + length) == expected)
      #expect(SHA256.leaf(message) == SHA256.hash([0] + message))
      #expect(SHA256.leaf(framed, 3..<3 + length) == SHA256.leaf(message))
      message.withUnsafeBytes { #expect(SHA256.leaf($0) == SHA256.leaf(message)) }
    }
    print("SHA-256: accelerated \(SHA256.isAccelerated), lengths 0 to 300 equal on both paths")
  }

  @Test("Every length from 0 to 300: the SHA-256 of all digests is another implementation's")
  func everyLengthKnown() {
    var all = SHA256.Hasher()
    for length in 0...300 {
      let message = (0..<length).map { UInt8(truncatingIfNeeded: 7 * $0 + length) }
      all.update(SHA256.hash(message).bytes)
    }
    #expect(
      hex(all.finalize()) == "60d63ff40b5558727a9b786ac0be9300f7ca58fd9ddd3b2f3681b369018a87dc")
  }

  @Test func nodes() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<200 {
      let left = generator.digest()
      let right = generator.digest()
      #expect(SHA256.node(left, right) == SHA256.hash([1] + left.bytes + right.bytes))
    }
  }

  @Test("Nodes in batches, odd and even, on both paths, touch the places named and no others")
  func nodeBatches() {
    var generator = SeededGenerator(seed: 4)
    let children = (0..<200).map { _ in generator.digest() }
    for count in [0, 1, 2, 3, 7, 16, 33, 100] {
      var places: [UInt32] = []
      for place in 0..<100 as Range<UInt32> {
        let left = UInt64(100 - place)
        if generator.next() % left < UInt64(count - places.count) { places.append(place) }
      }
      var expected = [Digest](repeating: .zero, count: 100)
      for place in places.map({ Int($0) }) {
        expected[place] = SHA256.node(children[2 * place], children[2 * place + 1])
      }
      var fast = [Digest](repeating: .zero, count: 100)
      NodeHashing.fill(&fast, from: children, at: places)
      var portable = [Digest](repeating: .zero, count: 100)
      NodeHashing.fill(&portable, from: children, at: places, portable: true)
      #expect(places.count == count)
      #expect(fast == expected)
      #expect(portable == expected)
    }
  }
}
