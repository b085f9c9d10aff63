import Primitives
import Testing

@testable import Ledger

@Suite struct KeyIndexTests {
  /// Chosen hashes: all equal, equal in the low bits, at the end of the slots, and spread.
  enum Hashing: String, CaseIterable, CustomTestStringConvertible {
    case allEqual, sameLowBits, atTheEnd, spread

    var testDescription: String { rawValue }

    func hash(_ key: Int) -> UInt32 {
      switch self {
      case .allEqual: 0xdead_beef
      case .sameLowBits: UInt32(key) << 16 | 0xfffe
      case .atTheEnd: UInt32.max - UInt32(key % 3)
      case .spread: UInt32(truncatingIfNeeded: UInt64(key) &* 0x9e37_79b9_7f4a_7c15 >> 20)
      }
    }
  }

  /// Random insertions and removals beside a dictionary; every key is looked up again and again.
  @Test(arguments: Hashing.allCases) func agreesWithADictionary(_ hashing: Hashing) {
    var index = KeyIndex()
    var model: [Int: Int] = [:]
    var keys: [Int] = []
    var choices = Choices(11)
    var faults = 0
    let span = hashing == .spread ? 1_500 : 90
    for _ in 0..<6_000 {
      let key = choices.below(span)
      if let row = model[key] {
        index.remove(hashing.hash(key), row: row)
        model[key] = nil
      } else {
        keys.append(key)
        model[key] = keys.count - 1
        index.insert(hashing.hash(key), row: keys.count - 1)
      }
      let probe = choices.below(span)
      if index.find(hashing.hash(probe), { keys[$0] == probe }) != model[probe] { faults += 1 }
    }
    for key in 0..<span where index.find(hashing.hash(key), { keys[$0] == key }) != model[key] {
      faults += 1
    }
    #expect(faults == 0)
    #expect(!model.isEmpty)
  }

  @Test func removingWhatIsAbsentChangesNothing() {
    var index = KeyIndex()
    index.insert(7, row: 0)
    index.remove(7, row: 1)
    index.remove(8, row: 0)
    let found = index.find(7) { $0 == 0 }
    #expect(found == 0)
  }

  /// Keys that differ in one word only, in every word, must not share a hash (decisions 9).
  @Test func hashesEveryWordOfAKey() {
    let secret = Fixtures.secret
    var hashes: Set<UInt32> = []
    for bit in 0..<64 {
      hashes.insert(secret.hash(Address(high: 1 << bit, middle: 0, low: 0)))
      hashes.insert(secret.hash(Address(high: 0, middle: 1 << bit, low: 0)))
      if bit < 32 { hashes.insert(secret.hash(Address(high: 0, middle: 0, low: 1 << bit))) }
      hashes.insert(secret.hash(Digest(w0: 1 << bit, w1: 0, w2: 0, w3: 0)))
      hashes.insert(secret.hash(Digest(w0: 0, w1: 1 << bit, w2: 0, w3: 0)))
      hashes.insert(secret.hash(Digest(w0: 0, w1: 0, w2: 1 << bit, w3: 0)))
      hashes.insert(secret.hash(Digest(w0: 0, w1: 0, w2: 0, w3: 1 << bit)))
    }
    #expect(hashes.count > 416 - 4, "some of 416 one-bit keys share a hash")
  }

  @Test func anotherSecretHashesOtherwise() {
    let address = Fixtures.address(1)
    var choices = Choices(21)
    let hashes = (0..<100).map { _ in HashSecret(choices.next(), choices.next()).hash(address) }
    #expect(Set(hashes).count == hashes.count)
  }
}
