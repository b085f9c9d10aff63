/// Why a text is no JSON document, and where.
public struct JSONFailure: Error, Hashable, Sendable {
  /// The first thing found wrong.
  public enum Reason: UInt8, Hashable, Sendable {
    case endOfText, notAValue, notAName, noColon, noCommaOrEnd, trailing, badNumber, badEscape
    case controlInString, badUTF8, loneSurrogate, duplicateName, tooDeep
  }

  /// What is wrong with the text.
  public let reason: Reason
  /// The byte offset, from 0.
  public let offset: Int
  /// The line, from 1.
  public let line: Int
  /// The column in bytes, from 1.
  public let column: Int

  public init(_ reason: Reason, offset: Int, line: Int, column: Int) {
    self.reason = reason
    self.offset = offset
    self.line = line
    self.column = column
  }
}

extension JSONFailure: CustomStringConvertible {
  /// For example "line 3, column 9: a comma or the closing bracket is missing".
  public var description: String {
    let what =
      switch reason {
      case .endOfText: "the text ends inside a value; close what is open"
      case .notAValue:
        "here a value must stand: an object, array, string, number, true, false, null"
      case .notAName: "here a name in double quotes must stand; remove a comma before the bracket"
      case .noColon: "a colon is missing after the name"
      case .noCommaOrEnd: "a comma or the closing bracket is missing"
      case .trailing: "the document has ended; remove what follows"
      case .badNumber: "not a JSON number; write for example 0, 12, -3, 4.5 or 1e6"
      case .badEscape: "unknown escape; use \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\uXXXX"
      case .controlInString: "a control character stands in a string; write it as an escape"
      case .badUTF8: "not UTF-8; save the text as UTF-8 without a byte order mark"
      case .loneSurrogate: "half of a surrogate pair; write both halves or the character itself"
      case .duplicateName: "the object has this name already; keep one of them"
      case .tooDeep: "nested too deeply"
      }
    return "line \(line), column \(column): \(what)"
  }
}
