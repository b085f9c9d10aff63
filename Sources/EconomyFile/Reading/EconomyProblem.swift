internal import Primitives

/// One thing wrong in an economy file: where, what, and how to put it right.
public struct EconomyProblem: Sendable, Equatable, CustomStringConvertible {
  /// The JSON pointer of the place in the file with its overlays; "" is the whole document.
  public let pointer: String
  /// What is wrong, for example "bps of the children sum to 2,900, not 3,000".
  public let cause: String
  /// What to do about it.
  public let repair: String

  public init(_ pointer: String, _ cause: String, repair: String) {
    self.pointer = pointer
    self.cause = cause
    self.repair = repair
  }

  /// The pointer, the cause and the repair on one line.
  public var description: String {
    "\(pointer.isEmpty ? "(document)" : pointer): \(cause); \(repair)"
  }
}

/// Everything found wrong in an economy file, in file order. Never empty.
public struct EconomyFileFailure: Error, Sendable, Equatable, CustomStringConvertible {
  public let problems: [EconomyProblem]

  public init(_ problems: [EconomyProblem]) { self.problems = problems }

  /// One line for each problem.
  public var description: String {
    problems.map(\.description).joined(separator: "\n")
  }
}

/// What is gathered while one document is read: problems, and what amounts need to be understood.
final class Reading {
  private(set) var problems: [EconomyProblem] = []
  /// The token's decimals; nil where the file does not say them soundly, which silences the checks
  /// of amounts instead of doubling every message.
  var decimals: Int?
  /// The whole supply in units, once known.
  var supply: UInt128?

  /// How often something was found wrong, repetitions and what is past the limit included.
  private var noted = 0

  func add(_ pointer: String, _ cause: String, repair: String) {
    noted += 1
    // A reader gains nothing from the two hundred and first problem.
    guard problems.count < 200 else { return }
    let problem = EconomyProblem(pointer, cause, repair: repair)
    if !problems.contains(problem) { problems.append(problem) }
  }

  /// Runs `read` and says whether it found nothing wrong: checks across values run only then, so
  /// that one mistake is not reported twice.
  func isSound(_ read: () -> Void) -> Bool {
    let before = noted
    read()
    return noted == before
  }

  /// The problems in the order of the document `tree`, those of one place in the order found.
  func ordered(in tree: JSONValue) -> [EconomyProblem] {
    let places = problems.map { Reading.path($0.pointer, in: tree) }
    let order = problems.indices.sorted { left, right in
      places[left] == places[right]
        ? left < right : places[left].lexicographicallyPrecedes(places[right])
    }
    return order.map { problems[$0] }
  }

  /// The place of a pointer as member numbers from the top; what is missing stands last.
  private static func path(_ pointer: String, in tree: JSONValue) -> [Int] {
    var path: [Int] = []
    var value = tree
    for token in JSONPointer.tokens(pointer) ?? [] {
      var index: Int?
      switch value {
      case .object(let members): index = members.firstIndex { $0.name == token }
      case .array(let elements):
        index = JSONPointer.index(token).flatMap { elements.indices.contains($0) ? $0 : nil }
      default: index = nil
      }
      guard let index else { return path + [Int.max] }
      path.append(index)
      value = value.members?[index].value ?? value[index] ?? .null
    }
    return path
  }
}
