/// Comparisons whose time tells nothing of where secrets differ.
public enum ConstantTime {
  /// Whether two byte strings are equal; only their lengths show in the time taken.
  public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { right in areEqual(left, right) } }
  }

  static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    var difference = 0 as UInt8
    for place in left.indices { difference |= left[place] ^ right[place] }
    return difference == 0
  }
}
