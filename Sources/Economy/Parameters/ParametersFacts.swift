internal import Ledger
public import Primitives

extension Parameters {
  /// A parameter as anyone may read it.
  public struct Facts: ABIRecord {
    public let pointer: String
    /// The value in force.
    public let value: UInt128
    public let minimum: UInt128
    public let maximum: UInt128
    public let maximumStep: UInt128
    /// The rest between two accepted changes.
    public let cooldown: Seconds
    /// The class of votes that may change it, by name.
    public let proposalClass: String
    public let hasPending: Bool
    /// The value from the next epoch on, where one waits.
    public let pending: UInt128
    /// The first time at which a change would be accepted; 0 where any would be now.
    public let nextChange: LogicalTime

    /// The tuple's fields in the ABI.
    public static let fields = [
      ABIField("pointer", String.self), ABIField("value", UInt128.self),
      ABIField("minimum", UInt128.self), ABIField("maximum", UInt128.self),
      ABIField("maximumStep", UInt128.self), ABIField("cooldown", Seconds.self),
      ABIField("proposalClass", String.self), ABIField("hasPending", Bool.self),
      ABIField("pending", UInt128.self), ABIField("nextChange", LogicalTime.self),
    ]

    init(pointer: String, row: ParameterRow, now: LogicalTime) {
      self.pointer = pointer
      value = row.value
      minimum = row.minimum
      maximum = row.maximum
      maximumStep = row.maximumStep
      cooldown = Seconds(row.cooldown)
      let classes = Genesis.proposalClasses
      let place = Int(row.proposalClass)
      proposalClass = place < classes.count ? classes[place] : ""
      hasPending = row.hasPending
      pending = row.pending
      let (end, overflow) = row.changedAt.addingReportingOverflow(row.cooldown)
      let until = LogicalTime(overflow ? .max : end)
      nextChange = row.changedAt == 0 || until <= now ? LogicalTime(0) : until
    }

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      pointer = try .decode(&reader)
      value = try .decode(&reader)
      minimum = try .decode(&reader)
      maximum = try .decode(&reader)
      maximumStep = try .decode(&reader)
      cooldown = try .decode(&reader)
      proposalClass = try .decode(&reader)
      hasPending = try .decode(&reader)
      pending = try .decode(&reader)
      nextChange = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      pointer.encode(into: &writer)
      value.encode(into: &writer)
      minimum.encode(into: &writer)
      maximum.encode(into: &writer)
      maximumStep.encode(into: &writer)
      cooldown.encode(into: &writer)
      proposalClass.encode(into: &writer)
      hasPending.encode(into: &writer)
      pending.encode(into: &writer)
      nextChange.encode(into: &writer)
    }
  }

  /// A limit on several numbers as anyone may read it.
  public struct LimitFacts: ABIRecord {
    /// What it says, in words.
    public let name: String
    /// Its members in the order of the rule.
    public let pointers: [String]
    /// What they are now.
    public let values: [UInt128]

    /// The tuple's fields in the ABI.
    public static let fields = [
      ABIField("name", String.self), ABIField("pointers", [String].self),
      ABIField("values", [UInt128].self),
    ]

    init(name: String, pointers: [String], values: [UInt128]) {
      self.name = name
      self.pointers = pointers
      self.values = values
    }

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      name = try .decode(&reader)
      pointers = try .decode(&reader)
      values = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      name.encode(into: &writer)
      pointers.encode(into: &writer)
      values.encode(into: &writer)
    }
  }
}
