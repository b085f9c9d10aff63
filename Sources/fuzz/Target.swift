/// What became of an input.
enum Verdict: Equatable {
  /// The decoder refused it, as it may refuse anything.
  case refused
  /// The decoder took it, and everything that must follow from that holds.
  case accepted
  /// Something that must hold does not: a bug.
  case broken(String)
}

/// Something that reads bytes from outside, and what must hold of it whatever the bytes are.
///
/// Besides what a target says itself, no input may end the process, take longer than
/// its `patience`, or more memory than `script/fuzz` allows.
struct Target: Sendable {
  /// One word, as the command line takes it.
  let name: String
  /// What is read, and what is compared.
  let summary: String
  /// Longer inputs say nothing new.
  let limit: Int
  /// An input that takes more seconds than this is a hang.
  let patience: UInt64
  /// Genuine inputs, made by the product's own writers.
  let seeds: @Sendable () -> [[UInt8]]
  /// Byte strings that mean something to the decoder, for mutations to put in.
  let words: @Sendable () -> [[UInt8]]
  /// Reads an input.
  let run: @Sendable ([UInt8]) -> Verdict

  init(
    _ name: String, _ summary: String, limit: Int = 4_096, patience: UInt64 = 1,
    seeds: @escaping @Sendable () -> [[UInt8]],
    words: @escaping @Sendable () -> [[UInt8]] = { [] },
    run: @escaping @Sendable ([UInt8]) -> Verdict
  ) {
    self.name = name
    self.summary = summary
    self.limit = limit
    self.patience = patience
    self.seeds = seeds
    self.words = words
    self.run = run
  }
}

/// Every target.
enum Targets {
  static let all: [Target] =
    ByteTargets.all + ChainTargets.all + FileTargets.all + ProofTargets.all
    + WrittenTargets.all + EconomyTargets.all + DoorTargets.all + RouterTargets.all
    + SocketTargets.all + SequenceTargets.all

  static func named(_ name: String) -> Target? { all.first { $0.name == name } }
}

extension Verdict {
  /// `accepted`, or broken where a comparison fails.
  static func unless(_ isBroken: Bool, _ text: @autoclosure () -> String) -> Verdict {
    isBroken ? .broken(text()) : .accepted
  }

  /// Bytes that were accepted must be what the decoded value writes.
  static func same(_ written: [UInt8], as input: [UInt8]) -> Verdict {
    guard written != input else { return .accepted }
    let place = zip(written, input).prefix { $0 == $1 }.count
    return .broken(
      "\(input.count) bytes were accepted and are written again as \(written.count) bytes that "
        + "differ from byte \(place) on")
  }
}

/// Text as bytes, for seeds and dictionaries.
func bytes(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }
