/// Why a person's text is no value of a parameter.
public struct TextFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// The parameter's name; an element or a field of it as `amounts[2]` or `terms.amount`.
  public let parameter: String
  /// What is wrong with the text.
  public let problem: String
  /// What is expected.
  public let expected: String
  /// A text that would be taken.
  public let example: String

  public init(parameter: String, problem: String, expected: String, example: String) {
    self.parameter = parameter
    self.problem = problem
    self.expected = expected
    self.example = example
  }

  /// All of it in one line.
  public var description: String {
    "\(parameter): \(problem); expected \(expected), such as \(example)"
  }

  /// The text as it may stand in a message: control characters replaced, long texts cut.
  static func quoted(_ text: String) -> String {
    var result = "'"
    var count = 0
    for scalar in text.unicodeScalars {
      if count == 60 { return result + "…'" }
      let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
      result.unicodeScalars.append(isControl ? "?" : scalar)
      count += 1
    }
    return result + "'"
  }
}
