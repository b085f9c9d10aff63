/// Why bytes are not the canonical encoding of the wanted types, and where; or why a tree does not
/// fit its types.
public struct ABIFailure: Error, Hashable, Sendable {
  /// The rules, each with its own reason.
  public enum Reason: UInt8, Sendable {
    /// A word, or content of a stated length, reaches past the end.
    case truncated
    /// Bits outside the type are set: a number too large for it, a boolean that is neither 0 nor 1,
    /// or filling that is not zero (for signed numbers, not the sign).
    case range
    /// A dynamic value does not stand right behind the one before it.
    case offset
    /// An array longer than `Limits.abiArrayLength`.
    case length
    /// A text that is not UTF-8.
    case text
    /// Something stands after the last value.
    case trailing
    /// A tree has another shape than its type.
    case shape
  }

  /// The rule that is broken.
  public let reason: Reason
  /// The place in the bytes read, or in those being written.
  public let offset: Int

  /// A failure of the value at `offset`.
  public init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}
