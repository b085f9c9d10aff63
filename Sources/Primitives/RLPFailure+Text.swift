extension RLPFailure: CustomStringConvertible {
  /// What is wrong with the bytes, and where.
  public var description: String {
    let what =
      switch reason {
      case .truncated: "the input ends within an item"
      case .length: "a length is not in its shortest form"
      case .singleByte: "a single byte has a header that it must not have"
      case .leadingZero: "an integer has a leading zero"
      case .tooLarge: "an integer is too large for its field"
      case .size: "a field has the wrong number of bytes"
      case .list: "a list stands where bytes belong"
      case .bytes: "bytes stand where a list belongs"
      case .trailing: "something follows the last field"
      case .depth: "lists are nested too deeply"
      }
    return "\(what), at byte \(offset)"
  }
}
