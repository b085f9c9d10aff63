internal import CNettle
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
    var sponge = KeccakSponge()
    sponge.absorb(bytes)
    return sponge.digest
  }

  /// Keccak-256 of an address's twenty bytes.
  public static func hash(_ address: Address) -> Digest {
    var sponge = KeccakSponge()
    sponge.mix(0, address.high.byteSwapped)
    sponge.mix(1, address.middle.byteSwapped)
    sponge.mix(2, UInt64(address.low.byteSwapped) | 0x01 << 32)
    sponge.close()
    return sponge.digest
  }

  /// Keccak-256 of a word's thirty-two bytes.
  public static func hash(_ word: Word) -> Digest {
    var sponge = KeccakSponge()
    sponge.mix(0, word)
    sponge.mix(4, 0x01)
    sponge.close()
    return sponge.digest
  }

  /// Keccak-256 of two words, one after the other: sixty-four bytes.
  public static func hash(_ first: Word, _ second: Word) -> Digest {
    var sponge = KeccakSponge()
    sponge.mix(0, first)
    sponge.mix(4, second)
    sponge.mix(8, 0x01)
    sponge.close()
    return sponge.digest
  }
}

/// The sponge of Keccak with the capacity of 512 bits: blocks of 136 bytes, seventeen lanes.
struct KeccakSponge {
  private static let rate = 136
  private var state = sha3_state()

  /// The first 32 bytes of the state: the digest, once the message is closed.
  var digest: Digest {
    Digest(
      w0: state.a.0.byteSwapped, w1: state.a.1.byteSwapped, w2: state.a.2.byteSwapped,
      w3: state.a.3.byteSwapped)
  }

  /// Takes in a whole message and closes it.
  mutating func absorb(_ message: RawSpan) {
    message.withUnsafeBytes { message in
      var offset = 0
      while message.count - offset >= Self.rate {
        for lane in 0..<Self.rate / 8 {
          let value = message.loadUnaligned(fromByteOffset: offset + 8 * lane, as: UInt64.self)
          mix(lane, UInt64(littleEndian: value))
        }
        permute()
        offset += Self.rate
      }
      var lane = 0
      while message.count - offset >= 8 {
        let value = message.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        mix(lane, UInt64(littleEndian: value))
        lane += 1
        offset += 8
      }
      // The last bytes short of a lane, and the padding's first bit after them.
      var last = 0x01 as UInt64
      for byte in message[offset...].reversed() { last = last << 8 | UInt64(byte) }
      mix(lane, last)
    }
    close()
  }

  /// Mixes `value` into lane `lane`.
  mutating func mix(_ lane: Int, _ value: UInt64) {
    withUnsafeMutableBytes(of: &state) { state in
      let lanes = state.assumingMemoryBound(to: UInt64.self)
      lanes[lane] ^= value
    }
  }

  /// Mixes a word's thirty-two bytes into four lanes from `lane` on.
  mutating func mix(_ lane: Int, _ word: Word) {
    mix(lane, word.w0.byteSwapped)
    mix(lane + 1, word.w1.byteSwapped)
    mix(lane + 2, word.w2.byteSwapped)
    mix(lane + 3, word.w3.byteSwapped)
  }

  /// The padding's last bit and the last permutation.
  mutating func close() {
    mix(Self.rate / 8 - 1, 0x80 << 56)
    permute()
  }

  private mutating func permute() { nettle_sha3_permute(&state) }
}
