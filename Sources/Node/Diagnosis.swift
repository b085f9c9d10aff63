/// One thing that a doctor has to say about a data folder.
public struct Finding: Sendable, Equatable {
  /// What it means for the operator.
  public enum Weight: String, Sendable {
    /// As it should be.
    case sound
    /// Worth knowing; nothing has to be done.
    case note
    /// Something has to be done.
    case problem
  }

  /// What it means for the operator.
  public let weight: Weight
  /// What it is about, in one or two words.
  public let subject: String
  /// What is there.
  public let text: String
  /// What to do; empty where nothing has to be done.
  public let repair: String

  init(_ weight: Weight, _ subject: String, _ text: String, repair: String = "") {
    self.weight = weight
    self.subject = subject
    self.text = text
    self.repair = repair
  }
}

/// What a doctor has to say.
public struct Diagnosis: Sendable {
  /// In the order of looking.
  public private(set) var findings: [Finding] = []

  /// True where nothing has to be done.
  public var isSound: Bool { !findings.contains { $0.weight == .problem } }

  mutating func sound(_ subject: String, _ text: String) {
    findings.append(Finding(.sound, subject, text))
  }

  mutating func note(_ subject: String, _ text: String, repair: String = "") {
    findings.append(Finding(.note, subject, text, repair: repair))
  }

  mutating func problem(_ subject: String, _ text: String, repair: String) {
    findings.append(Finding(.problem, subject, text, repair: repair))
  }

  /// A failure's own words; they name cause and repair.
  mutating func problem(_ subject: String, _ sentences: String) {
    findings.append(Finding(.problem, subject, sentences))
  }
}
