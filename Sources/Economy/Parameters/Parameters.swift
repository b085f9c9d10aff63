internal import Primitives

/// Governable numbers inside hard bounds, in force from the next epoch (F28).
///
/// **Purpose.** A number of the economy file that may change stands in its `bounds` with the least
/// and largest value, the largest step, the rest between two changes and the class of votes. All
/// other numbers are fixed for good, and nothing here can make one governable.
///
/// **Life cycle.** Genesis declares every parameter with its value. The holder of
/// `parameters.setter` sets one or a group; the change is checked, announced, and waits. When the
/// next epoch opens it comes into force, before anything else of that epoch is computed, so that no
/// block sees two values. A waiting change is not taken back: another one follows it after the
/// rest.
///
/// **Groups.** Some numbers hold together: the shares of the net platform fee and the weights of
/// mining sum to 10,000; the service burn is at most the platform's fee; reward burns and rates
/// rise along their table. Such limits are checked over the values that will be in force together,
/// so the members of a sum change in one `setGroup` or not at all.
///
/// **Invariants.** Every value lies within its bounds. Every limit holds, at every instant.
///
/// **Worked example.** `/fees/serviceBurn/bpsOfGross` is 500, within 200 to 500, by steps of 100,
/// 30 days apart. Set to 400 in the middle of epoch 9, it is 500 to the end of epoch 9 and 400 from
/// the first instant of epoch 10; the next change is accepted 30 days after this one was.
public enum Parameters {
  /// The module's number.
  public static let number: UInt8 = 4

  /// What the economy file decides: which numbers hold together. The parameters themselves stand in
  /// `Genesis.parameters`.
  public struct Plan: Sendable {
    public var limits: [Limit]

    public init(limits: [Limit] = []) { self.limits = limits }
  }

  /// A number of the economy file with its place; it is a parameter where the place is declared as
  /// one, and fixed where not.
  public struct Setting: Sendable, Hashable {
    /// The JSON pointer into the economy file.
    public let pointer: String
    /// The file's own value.
    public let value: UInt128

    public init(_ pointer: String, _ value: UInt128) {
      self.pointer = pointer
      self.value = value
    }
  }

  /// What must hold among several numbers.
  public struct Limit: Sendable {
    /// What it says, in words.
    public let name: String
    public let rule: GroupRule
    /// In the order of the rule.
    public let members: [Setting]

    public init(_ name: String, _ rule: GroupRule, _ members: [Setting]) {
      self.name = name
      self.rule = rule
      self.members = members
    }
  }

  /// The most parameters that change in one operation.
  public static let groupSize = 64

  /// Why the module refuses, in the order in which its guards run; for a group, one member after
  /// the other. Whoever does not hold the role is refused by Access, after `unknownPointer`.
  public enum Code: UInt8, CaseIterable, Sendable {
    case malformedGroup = 1
    case unknownPointer = 2
    case unchanged = 3
    case outOfBounds = 4
    case stepTooLarge = 5
    case coolingDown = 6
    case alreadyPending = 7
    case groupSum = 8
    case hardLimit = 9
  }

  /// The events, by their codes.
  public enum Event: UInt8, CaseIterable, Sendable {
    case scheduled = 1
    case changed = 2
  }

  static func rejection(
    _ code: Code, _ first: Word = .zero, _ second: Word = .zero, _ third: Word = .zero
  ) -> Rejection {
    Rejection(module: number, code: code.rawValue, first, second, third)
  }
}
