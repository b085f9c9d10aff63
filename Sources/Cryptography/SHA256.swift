internal import CSHA256
public import Primitives

/// SHA-256 (FIPS 180-4), with the SHA-NI instructions where the processor has them, and the leaf
/// and node hashes of RFC 6962 trees. Nothing here allocates memory.
public enum SHA256 {
  /// True where the processor's own SHA-256 instructions are in use.
  public static var isAccelerated: Bool { freehold_sha256_accelerated() == 1 }

  /// SHA-256 of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> Digest { hash(bytes.span.bytes) }

  /// SHA-256 of the bytes of `bytes` at `range`, which must lie within it.
  public static func hash(_ bytes: [UInt8], _ range: Range<Int>) -> Digest {
    hash(bytes.span.extracting(range).bytes)
  }

  /// SHA-256 of `bytes`.
  public static func hash(_ bytes: RawSpan) -> Digest {
    var hasher = Hasher()
    hasher.update(bytes)
    return hasher.finalize()
  }

  /// The hash of a tree's leaf, SHA-256(0x00 ‖ `bytes`) (RFC 6962 section 2.1).
  public static func leaf(_ bytes: [UInt8]) -> Digest { leaf(bytes.span.bytes) }

  /// The leaf hash of the bytes of `bytes` at `range`, which must lie within it.
  public static func leaf(_ bytes: [UInt8], _ range: Range<Int>) -> Digest {
    leaf(bytes.span.extracting(range).bytes)
  }

  /// The leaf hash of `bytes`.
  public static func leaf(_ bytes: RawSpan) -> Digest {
    var hasher = Hasher(firstByte: 0)
    hasher.update(bytes)
    return hasher.finalize()
  }

  /// The leaf hash of the bytes of `buffer`.
  public static func leaf(_ buffer: UnsafeRawBufferPointer) -> Digest { leaf(buffer.bytes) }

  /// The hash of a tree's inner node, SHA-256(0x01 ‖ `left` ‖ `right`) (RFC 6962 section 2.1).
  public static func node(_ left: Digest, _ right: Digest) -> Digest {
    let children: InlineArray<2, Digest> = [left, right]
    var parent = OutputNode()
    parent.fill(from: children)
    return parent.digest
  }
}

/// One node's place, so that a pointer to it stays within one function.
private struct OutputNode {
  var digest = Digest.zero

  mutating func fill(from children: InlineArray<2, Digest>) {
    children.span.withUnsafeBytes { children in
      withUnsafeMutableBytes(of: &digest) { digest in
        freehold_sha256_nodes(
          digest.baseAddress?.assumingMemoryBound(to: UInt64.self),
          children.baseAddress?.assumingMemoryBound(to: UInt64.self), nil, 1)
      }
    }
  }
}
