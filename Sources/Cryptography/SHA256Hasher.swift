internal import CSHA256
public import Primitives

extension SHA256 {
  /// SHA-256 of a message that arrives in parts.
  public struct Hasher: Sendable {
    private var state: InlineArray<8, UInt32> = [
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
      0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    /// The bytes of the block not yet full; the first `filled` count.
    private var block = InlineArray<64, UInt8>(repeating: 0)
    private var filled = 0
    /// Bytes taken so far.
    private var length: UInt64 = 0
    /// Where true, the processor's instructions are left alone: tests compare the two.
    private let isPortable: Bool

    /// An empty message.
    public init() { isPortable = false }

    /// An empty message; `portable` keeps to the path of processors without SHA instructions.
    package init(portable: Bool) { isPortable = portable }

    /// A message of one byte, the tag of a tree's leaf.
    init(firstByte: UInt8) {
      isPortable = false
      block[0] = firstByte
      filled = 1
      length = 1
    }

    /// Appends `bytes` to the message.
    public mutating func update(_ bytes: [UInt8]) { update(bytes.span.bytes) }

    /// Appends `bytes` to the message.
    public mutating func update(_ bytes: RawSpan) {
      bytes.withUnsafeBytes { buffer in update(buffer) }
    }

    /// Appends the bytes of `buffer` to the message.
    public mutating func update(_ buffer: UnsafeRawBufferPointer) {
      length += UInt64(buffer.count)
      var rest = buffer[...]
      if filled > 0 {
        let taken = min(64 - filled, rest.count)
        fill(rest.prefix(taken))
        rest = rest.dropFirst(taken)
        guard filled == 64 else { return }
        compressBlock()
      }
      let whole = rest.count / 64
      if whole > 0 {
        compress(UnsafeRawBufferPointer(rebasing: rest), blocks: whole)
        rest = rest.dropFirst(whole * 64)
      }
      fill(rest)
    }

    /// The digest of the message so far; the hasher must not be used afterwards.
    public mutating func finalize() -> Digest {
      block[filled] = 0x80
      if filled >= 56 {
        for place in filled + 1..<64 { block[place] = 0 }
        compressBlock()
        for place in 0..<56 { block[place] = 0 }
      } else {
        for place in filled + 1..<56 { block[place] = 0 }
      }
      let bits = length << 3
      for place in 0..<8 {
        block[56 + place] = UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * place))
      }
      compressBlock()
      return Digest(w0: word(0), w1: word(1), w2: word(2), w3: word(3))
    }

    private func word(_ place: Int) -> UInt64 {
      UInt64(state[2 * place]) << 32 | UInt64(state[2 * place + 1])
    }

    /// Copies bytes that fit into the rest of the block.
    private mutating func fill(_ bytes: Slice<UnsafeRawBufferPointer>) {
      guard !bytes.isEmpty else { return }
      let start = filled
      withUnsafeMutableBytes(of: &block) { block in
        UnsafeMutableRawBufferPointer(rebasing: block[start..<start + bytes.count])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes))
      }
      filled += bytes.count
    }

    private mutating func compressBlock() {
      let full = block
      full.span.withUnsafeBytes { compress($0, blocks: 1) }
      filled = 0
    }

    /// The one call into the C target: `blocks` whole blocks at the start of `bytes`.
    private mutating func compress(_ bytes: UnsafeRawBufferPointer, blocks: Int) {
      precondition(bytes.count >= blocks * 64)
      guard let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
      let isPortable = isPortable
      withUnsafeMutableBytes(of: &state) { state in
        let words = state.baseAddress?.assumingMemoryBound(to: UInt32.self)
        if isPortable {
          freehold_sha256_blocks_portable(words, data, blocks)
        } else {
          freehold_sha256_blocks(words, data, blocks)
        }
      }
    }
  }
}
