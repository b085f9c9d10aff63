internal import Cryptography
internal import Engine
internal import Primitives

/// The three bits of Ethereum's 2,048-bit filter that an address or topic sets.
struct BloomBits: Sendable {
  private let bits: (UInt16, UInt16, UInt16)

  init(_ address: Address) { self.init(Keccak256.hash(address.bytes)) }

  init(_ topic: Word) { self.init(Keccak256.hash(topic.bytes)) }

  private init(_ digest: Digest) {
    bits = (
      UInt16(truncatingIfNeeded: digest.w0 >> 48) & 2_047,
      UInt16(truncatingIfNeeded: digest.w0 >> 32) & 2_047,
      UInt16(truncatingIfNeeded: digest.w0 >> 16) & 2_047
    )
  }

  /// Sets the bits in a filter of 256 bytes.
  func insert(into filter: inout [UInt8]) {
    filter[Self.byte(bits.0)] |= Self.mask(bits.0)
    filter[Self.byte(bits.1)] |= Self.mask(bits.1)
    filter[Self.byte(bits.2)] |= Self.mask(bits.2)
  }

  /// True where a filter of 256 bytes has all three.
  func isSubset(of filter: [UInt8]) -> Bool {
    filter[Self.byte(bits.0)] & Self.mask(bits.0) != 0
      && filter[Self.byte(bits.1)] & Self.mask(bits.1) != 0
      && filter[Self.byte(bits.2)] & Self.mask(bits.2) != 0
  }

  /// Bit 0 is the lowest of the last byte.
  private static func byte(_ bit: UInt16) -> Int { 255 - Int(bit >> 3) }
  private static func mask(_ bit: UInt16) -> UInt8 { 1 << UInt8(bit & 7) }
}

extension Block {
  /// The filter over one receipt's logs, 256 bytes; the header's is the union of these.
  func bloom(of receipt: Receipt) -> [UInt8] {
    if receipt.events.count == logCount { return header.bloom.bytes }
    var filter = [UInt8](repeating: 0, count: 256)
    for place in receipt.events {
      let log = log(place)
      BloomBits(log.address).insert(into: &filter)
      for topic in log.topics { BloomBits(topic).insert(into: &filter) }
    }
    return filter
  }
}
