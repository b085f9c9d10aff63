internal import Cryptography
public import Primitives

/// Ethereum's 2,048-bit filter over the addresses and topics of logs.
public struct Bloom: Sendable, Hashable {
  /// 256 bytes as 32 big-endian words, the first holding the highest bits.
  private var words: [UInt64]

  public init() { words = Array(repeating: 0, count: 32) }

  /// 256 bytes, or nil where the count differs.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 256 else { return nil }
    words = []
    words.reserveCapacity(32)
    var word: UInt64 = 0
    for (place, byte) in bytes.enumerated() {
      word = word << 8 | UInt64(byte)
      if place & 7 == 7 {
        words.append(word)
        word = 0
      }
    }
  }

  /// The filter's 256 bytes, highest bits first.
  public var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(256)
    for word in words { word.appendBigEndian(to: &result) }
    return result
  }

  /// The three bits of an address or topic: 11 bits each of the first six bytes of its keccak-256.
  struct Bits: Sendable {
    let first: UInt16
    let second: UInt16
    let third: UInt16

    init(_ digest: Digest) {
      first = UInt16(truncatingIfNeeded: digest.w0 >> 48) & 2047
      second = UInt16(truncatingIfNeeded: digest.w0 >> 32) & 2047
      third = UInt16(truncatingIfNeeded: digest.w0 >> 16) & 2047
    }

    init(_ address: Address) { self.init(Keccak256.hash(address.bytes)) }
    init(_ topic: Word) { self.init(Keccak256.hash(topic)) }
  }

  mutating func insert(_ bits: Bits) {
    set(bits.first)
    set(bits.second)
    set(bits.third)
  }

  /// Adds everything that another filter holds.
  mutating func insert(_ other: Bloom) {
    for place in words.indices { words[place] |= other.words[place] }
  }

  private mutating func set(_ bit: UInt16) {
    words[31 - Int(bit >> 6)] |= 1 << UInt64(bit & 63)
  }

  /// False where no log has this address.
  public func mayContain(_ address: Address) -> Bool { mayContain(Bits(address)) }

  /// False where no log has this topic.
  public func mayContain(_ topic: Word) -> Bool { mayContain(Bits(topic)) }

  private func mayContain(_ bits: Bits) -> Bool {
    [bits.first, bits.second, bits.third].allSatisfy {
      words[31 - Int($0 >> 6)] & 1 << UInt64($0 & 63) != 0
    }
  }
}

/// Bits of topics that were met before; most topics are the few addresses that a block moves value
/// between. Direct-mapped, so it is bounded and holds nothing that decides a result.
struct BloomBits: Sendable {
  private struct Entry {
    var topic: Word
    var bits: Bloom.Bits
  }

  private var entries: [Entry?] = Array(repeating: nil, count: 1 << 16)

  mutating func bits(_ topic: Word) -> Bloom.Bits {
    let mixed = (topic.w3 ^ topic.w2 &* 0x9e37_79b9_7f4a_7c15) &* 0xff51_afd7_ed55_8ccd
    let slot = Int(truncatingIfNeeded: mixed >> 48)
    if let entry = entries[slot], entry.topic == topic { return entry.bits }
    let bits = Bloom.Bits(topic)
    entries[slot] = Entry(topic: topic, bits: bits)
    return bits
  }
}
