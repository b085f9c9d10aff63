internal import Cryptography
internal import Ledger
internal import Primitives

extension Parameters {
  /// Everything that can be asked of the module.
  public enum Operation: Sendable {
    case set(Set)
    case setGroup(SetGroup)
  }

  /// Changes one parameter from the next epoch on.
  public struct Set: Sendable {
    public let pointer: String
    public let value: UInt128

    public init(pointer: String, value: UInt128) {
      self.pointer = pointer
      self.value = value
    }
  }

  /// Changes several parameters together from the next epoch on.
  public struct SetGroup: Sendable {
    public let pointers: [String]
    /// One for each pointer, in the same order.
    public let values: [UInt128]

    public init(pointers: [String], values: [UInt128]) {
      self.pointers = pointers
      self.values = values
    }
  }

  /// A parameter and the value that it shall take.
  struct Change {
    let parameter: ParameterIndex
    let value: UInt128
  }
}

extension EconomyState {
  mutating func apply(
    _ operation: Parameters.Operation, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    switch operation {
    case .set(let operation): try apply(operation, by: sender)
    case .setGroup(let operation): try apply(operation, by: sender)
    }
  }

  mutating func apply(
    _ operation: Parameters.Set, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try setParameters([operation.pointer], [operation.value], by: sender)
    // Accepted from here.
    return .nothing
  }

  mutating func apply(
    _ operation: Parameters.SetGroup, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let (pointers, values) = (operation.pointers, operation.values)
    guard !pointers.isEmpty, pointers.count == values.count,
      pointers.count <= Parameters.groupSize,
      !pointers.indices.contains(where: { pointers[..<$0].contains(pointers[$0]) })
    else {
      throw Parameters.rejection(
        .malformedGroup, Word(UInt128(pointers.count)), Word(UInt128(values.count)))
    }
    try setParameters(pointers, values, by: sender)
    // Accepted from here.
    return .nothing
  }

  /// The guards and writes of one change or of a group: nothing is written before the last guard.
  private mutating func setParameters(
    _ pointers: [String], _ values: [UInt128], by sender: AccountIndex
  ) throws(Rejection) {
    var wishes: [Parameters.Change] = []
    for (pointer, value) in zip(pointers, values) {
      wishes.append(Parameters.Change(parameter: try guardPointer(pointer), value: value))
    }
    try require(.parameters, sender)
    // A member that stays is named for the sum's sake; it neither waits nor rests.
    let changes = wishes.filter { $0.value != ledger.parameters[$0.parameter].value }
    guard !changes.isEmpty else {
      throw Parameters.rejection(.unchanged, Word(UInt128(wishes[0].parameter.row)))
    }
    for change in changes { try guardChange(change) }
    try guardLimits(changes)

    // Accepted from here.
    let effective = epochOpening(ledger.value(of: .epoch) + 1)
    for change in changes {
      let row = ledger.parameters[change.parameter]
      ledger.propose(change.parameter, change.value, now: ledger.time)
      ledger.events.begin(
        module: Parameters.number, code: Parameters.Event.scheduled.rawValue)
      ledger.events.topic(Word(row.pointer))
      ledger.events.topic(Word(ledger.accounts[sender].address))
      ledger.events.data(Word(row.value))
      ledger.events.data(Word(change.value))
      ledger.events.data(Word(UInt128(effective.seconds)))
    }
  }

  /// The module's part of turning an epoch: what waits comes into force.
  mutating func turnParametersEpoch() {
    var before: [UInt128] = []
    for row in 0..<ledger.parameters.table.count where ledger.parameters.table[row].hasPending {
      before.append(ledger.parameters.table[row].value)
    }
    guard !before.isEmpty else { return }
    for (parameter, old) in zip(ledger.applyPending(), before) {
      let row = ledger.parameters[parameter]
      ledger.events.begin(module: Parameters.number, code: Parameters.Event.changed.rawValue)
      ledger.events.topic(Word(row.pointer))
      ledger.events.data(Word(old))
      ledger.events.data(Word(row.value))
    }
  }

  /// Changes come with the epochs: the module keeps no timers.
  mutating func runParameters(_ timer: TimerRow) {}

  // Entry functions for later modules

  /// The parameter at a JSON pointer; nil where the number there is fixed.
  borrowing func parameterIndex(_ pointer: String) -> ParameterIndex? {
    ledger.parameters.find(SHA256.hash(Array(pointer.utf8)))
  }

  /// The number that is in force. It hashes the pointer: where it is asked often, keep
  /// `parameterIndex` instead.
  borrowing func value(_ setting: Parameters.Setting) -> UInt128 {
    parameterIndex(setting.pointer).map { ledger.parameters[$0].value } ?? setting.value
  }

  /// When an epoch opens.
  borrowing func epochOpening(_ epoch: UInt64) -> LogicalTime {
    genesis.time + Seconds(epoch * Seconds.day.count)
  }

  // Guards

  borrowing func guardPointer(_ pointer: String) throws(Rejection) -> ParameterIndex {
    guard let parameter = parameterIndex(pointer) else {
      throw Parameters.rejection(
        .unknownPointer, Word(SHA256.hash(Array(pointer.utf8))))
    }
    return parameter
  }

  private borrowing func guardChange(_ change: Parameters.Change) throws(Rejection) {
    let row = ledger.parameters[change.parameter]
    let place = Word(UInt128(change.parameter.row))
    let body = ProposalClass(code: row.proposalClass)
    let wish = ParameterChange(
      bounds: ParameterBounds(
        minimum: row.minimum, maximum: row.maximum, largestStep: row.maximumStep,
        cooldown: Seconds(row.cooldown), proposalClass: body),
      old: row.value, new: change.value,
      changedAt: row.changedAt == 0 ? nil : LogicalTime(row.changedAt))
    do throws(ParameterRefusal) {
      // Who holds the role acts for the class; votes will bring the class themselves.
      try ParametersRules.check(wish, proposalClass: body, at: ledger.time)
    } catch {
      switch error {
      case .stepTooLarge(let step):
        throw Parameters.rejection(.stepTooLarge, place, Word(row.value), Word(step))
      case .coolingDown(let until):
        throw Parameters.rejection(.coolingDown, place, Word(UInt128(until.seconds)))
      default:
        throw Parameters.rejection(.outOfBounds, place, Word(row.minimum), Word(row.maximum))
      }
    }
    guard !row.hasPending else {
      throw Parameters.rejection(.alreadyPending, place, Word(row.pending))
    }
  }

  /// Checks every limit that the changes touch, sums first, over the values of the next epoch.
  private borrowing func guardLimits(_ changes: [Parameters.Change]) throws(Rejection) {
    var others: [Rejection] = []
    for (place, limit) in genesis.plans.parameters.limits.enumerated() {
      var isTouched = false
      var values: [UInt128] = []
      for member in limit.members {
        guard let parameter = parameterIndex(member.pointer) else {
          values.append(member.value)
          continue
        }
        let row = ledger.parameters[parameter]
        let change = changes.first { $0.parameter == parameter }
        if change != nil { isTouched = true }
        values.append(change?.value ?? (row.hasPending ? row.pending : row.value))
      }
      guard isTouched else { continue }
      do throws(ParameterRefusal) {
        try ParametersRules.check(values, limit.rule)
      } catch {
        if case .wrongSum(let sum, let needed) = error {
          throw Parameters.rejection(
            .groupSum, Word(UInt128(place)), Word(sum), Word(needed))
        }
        others.append(Parameters.rejection(.hardLimit, Word(UInt128(place))))
      }
    }
    if let other = others.first { throw other }
  }
}
