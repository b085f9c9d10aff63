public import Primitives

/// Keccak-256 as Ethereum uses it: the permutation of SHA-3 with the padding of before FIPS 202.
/// Nothing here allocates memory.
public enum Keccak256 {
  /// Keccak-256 of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> Digest { hash(bytes.span.bytes) }

  /// Keccak-256 of the bytes of `bytes` at `range`, which must lie within it.
  public static func hash(_ bytes: [UInt8], _ range: Range<Int>) -> Digest {
    hash(bytes.span.extracting(range).bytes)
  }

  /// Keccak-256 of the UTF-8 bytes of `text`: selectors, topics, type hashes.
  public static func hash(_ text: String) -> Digest { hash(text.utf8.span.bytes) }

  /// Keccak-256 of `bytes`.
  public static func hash(_ bytes: RawSpan) -> Digest {
    var state = KeccakState()
    var offset = 0
    while bytes.byteCount - offset >= rate {
      state.absorb(bytes.extracting(offset..<offset + rate))
      offset += rate
    }
    var last = InlineArray<136, UInt8>(repeating: 0)
    let rest = bytes.byteCount - offset
    bytes.extracting(offset..<bytes.byteCount).withUnsafeBytes { rest in
      withUnsafeMutableBytes(of: &last) { $0.copyMemory(from: rest) }
    }
    last[rest] = 0x01
    last[rate - 1] |= 0x80
    state.absorb(last.span.bytes)
    return state.digest
  }

  /// Keccak-256 of an address's twenty bytes.
  public static func hash(_ address: Address) -> Digest {
    var state = KeccakState()
    state.p.a = address.high.byteSwapped
    state.p.b = address.middle.byteSwapped
    state.p.c = UInt64(address.low.byteSwapped) | 0x01 << 32
    return state.closedDigest
  }

  /// Keccak-256 of a word's thirty-two bytes.
  public static func hash(_ word: Word) -> Digest {
    var state = KeccakState()
    state.begin(with: word)
    state.p.e = 0x01
    return state.closedDigest
  }

  /// Keccak-256 of two words, one after the other: sixty-four bytes.
  public static func hash(_ first: Word, _ second: Word) -> Digest {
    var state = KeccakState()
    state.begin(with: first)
    state.p.e = second.w0.byteSwapped
    state.q.a = second.w1.byteSwapped
    state.q.b = second.w2.byteSwapped
    state.q.c = second.w3.byteSwapped
    state.q.d = 0x01
    return state.closedDigest
  }

  /// Bytes a block: 1600 bits less twice the digest's, seventeen lanes.
  private static let rate = 136
}

extension KeccakState {
  /// The first 32 bytes: the digest, once the message is closed.
  fileprivate var digest: Digest {
    Digest(
      w0: p.a.byteSwapped, w1: p.b.byteSwapped, w2: p.c.byteSwapped, w3: p.d.byteSwapped)
  }

  /// The digest of a message of one block, complete but for the padding's last bit.
  fileprivate var closedDigest: Digest {
    var state = self
    state.s.b ^= 0x80 << 56
    state.permute()
    return state.digest
  }

  /// Sets the first four lanes to a word's bytes.
  fileprivate mutating func begin(with word: Word) {
    p.a = word.w0.byteSwapped
    p.b = word.w1.byteSwapped
    p.c = word.w2.byteSwapped
    p.d = word.w3.byteSwapped
  }

  /// Takes in a block of 136 bytes.
  fileprivate mutating func absorb(_ block: RawSpan) {
    precondition(block.byteCount == 136)
    func lane(_ place: Int) -> UInt64 {
      UInt64(
        littleEndian: block.unsafeLoadUnaligned(fromByteOffset: 8 * place, as: UInt64.self))
    }
    p.a ^= lane(0)
    p.b ^= lane(1)
    p.c ^= lane(2)
    p.d ^= lane(3)
    p.e ^= lane(4)
    q.a ^= lane(5)
    q.b ^= lane(6)
    q.c ^= lane(7)
    q.d ^= lane(8)
    q.e ^= lane(9)
    r.a ^= lane(10)
    r.b ^= lane(11)
    r.c ^= lane(12)
    r.d ^= lane(13)
    r.e ^= lane(14)
    s.a ^= lane(15)
    s.b ^= lane(16)
    permute()
  }
}
