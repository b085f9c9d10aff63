import Testing

/// One place that breaks a rule of the house, with the repair.
struct Finding: Equatable, CustomStringConvertible {
  let file: String
  let line: Int
  let rule: String
  let problem: String
  let repair: String

  var description: String {
    "\(file):\(line): [\(rule)] \(problem). Repair: \(repair)."
  }
}

/// A rule: a name, what it finds in a tree, and a tree in which it must find something.
struct Rule: CustomTestStringConvertible, Sendable {
  let name: String
  /// Trees that break the rule, each with the file and line where it must be noticed. A rule
  /// without one could do nothing and nobody would see it.
  let planted: [Planted]
  let check: @Sendable (SourceTree) -> [Finding]

  var testDescription: String { name }
}

/// A few files held in memory that break one rule in one place.
struct Planted: Sendable {
  let files: [String: String]
  let file: String
  let line: Int

  /// The first of the files is where the rule is broken.
  init(_ file: String, _ text: String, line: Int, others: [String: String] = [:]) {
    self.files = others.merging([file: text]) { _, new in new }
    self.file = file
    self.line = line
  }
}
