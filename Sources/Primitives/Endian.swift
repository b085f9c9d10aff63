extension FixedWidthInteger where Self: UnsignedInteger {
  /// Appends the integer's bytes, most significant first.
  public func appendBigEndian(to bytes: inout [UInt8]) {
    var shift = Self.bitWidth
    while shift > 0 {
      shift -= 8
      bytes.append(UInt8(truncatingIfNeeded: self >> shift))
    }
  }

  /// Appends the integer's bytes, least significant first: the order of rows and records.
  public func appendLittleEndian(to bytes: inout [UInt8]) {
    var shift = 0
    while shift < Self.bitWidth {
      bytes.append(UInt8(truncatingIfNeeded: self >> shift))
      shift += 8
    }
  }
}
