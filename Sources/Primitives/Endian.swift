extension FixedWidthInteger where Self: UnsignedInteger {
  /// Appends the integer's bytes, most significant first.
  public func appendBigEndian(to bytes: inout [UInt8]) {
    // Reason: the bytes of an integer, read while it stands still; one append instead of many.
    unsafe withUnsafeBytes(of: bigEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  /// Appends the integer's bytes, least significant first: the order of rows and records.
  public func appendLittleEndian(to bytes: inout [UInt8]) {
    // Reason: as above.
    unsafe withUnsafeBytes(of: littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }
}

extension FixedWidthInteger where Self: UnsignedInteger & BitwiseCopyable {
  /// The integer written most significant byte first at `offset`; traps where it reaches past the
  /// end, so the caller has checked.
  init(bigEndian bytes: [UInt8], checked offset: Int) {
    // Reason: every bit pattern is an integer, and the load itself checks the bounds.
    let loaded = unsafe bytes.span.bytes.unsafeLoadUnaligned(
      fromByteOffset: offset, as: Self.self)
    self.init(bigEndian: loaded)
  }
}

extension Word {
  /// The thirty-two bytes at `offset`; nil where they are not all there.
  public init?(_ bytes: [UInt8], at offset: Int) {
    guard offset >= 0, bytes.count >= 32, offset <= bytes.count - 32 else { return nil }
    self.init(bytes, checked: offset)
  }

  /// The thirty-two bytes at `offset`; traps where they are not all there.
  init(_ bytes: [UInt8], checked offset: Int) {
    self.init(
      w0: UInt64(bigEndian: bytes, checked: offset),
      w1: UInt64(bigEndian: bytes, checked: offset + 8),
      w2: UInt64(bigEndian: bytes, checked: offset + 16),
      w3: UInt64(bigEndian: bytes, checked: offset + 24))
  }
}

extension Address {
  /// The twenty bytes at `offset`; traps where they are not all there.
  init(_ bytes: [UInt8], checked offset: Int) {
    self.init(
      high: UInt64(bigEndian: bytes, checked: offset),
      middle: UInt64(bigEndian: bytes, checked: offset + 8),
      low: UInt32(bigEndian: bytes, checked: offset + 16))
  }
}
