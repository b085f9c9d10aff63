internal import Primitives

extension Parameters {
  private static let pointerExample = "/fees/serviceBurn/bpsOfGross"

  /// A pause holds changes up; blocking its holder is no way to take the role away.
  private static let change = CompliancePolicy.entry.with(sender: .allow)

  /// What outsiders rely on.
  public static let declaration: ModuleDeclaration = ModuleDeclaration(
    number: number, name: "parameters",
    help: "Governable numbers inside hard bounds, in force from the next epoch.",
    calls: calls,
    queries: queries,
    events: events,
    rejections: rejections)

  private static let calls: [CallDeclaration] = [
    CallDeclaration(
      "set", "Changes one parameter from the next epoch on; asks for parameters.setter.",
      example: "\(pointerExample) 400", compliance: change, role: .parameters,
      Parameter<String>("pointer"),
      Parameter<UInt128>("value")
    ) { .parameters(.set(Set(pointer: $0, value: $1))) },
    CallDeclaration(
      "setGroup",
      "Changes parameters that hold together, all or none; asks for parameters.setter.",
      example: "[\"/fees/netPlatformSplit/stakingRewardsBps\","
        + "\"/fees/netPlatformSplit/platformDevelopmentBps\"] [4500,2500]",
      compliance: change, role: .parameters, Parameter<[String]>("pointers"),
      Parameter<[UInt128]>("values")
    ) { .parameters(.setGroup(SetGroup(pointers: $0, values: $1))) },
  ]

  private static let queries: [QueryDeclaration] = [
    QueryDeclaration(
      "parameter", "A parameter's value, bounds, and what waits for the next epoch.",
      example: pointerExample, returns: Parameter<Facts>("facts"), Parameter<String>("pointer")
    ) { (state, pointer) throws(Rejection) in try state.parameter(pointer) },
    QueryDeclaration(
      "count", "How many parameters there are.", example: "", returns: Parameter<UInt32>("count")
    ) { (state) throws(Rejection) in state.parameterCount() },
    QueryDeclaration(
      "pointerAt", "The pointer of the parameter with that number; empty past the last.",
      example: "0", returns: Parameter<String>("pointer"), Parameter<UInt32>("number")
    ) { (state, number) throws(Rejection) in state.parameterPointer(number) },
    QueryDeclaration(
      "limits", "What must hold among several numbers, with their present values.", example: "",
      returns: Parameter<[LimitFacts]>("limits")
    ) { (state) throws(Rejection) in state.parameterLimits() },
  ]

  private static let events: [EventDeclaration] = [
    EventDeclaration(
      Event.scheduled.rawValue, "ParameterScheduled",
      "A parameter, by the SHA-256 of its pointer, changes when the next epoch opens.",
      Parameter<Digest>("pointer", indexed: true), Parameter<Address>("sender", indexed: true),
      Parameter<UInt128>("oldValue"), Parameter<UInt128>("newValue"),
      Parameter<LogicalTime>("effective")),
    EventDeclaration(
      Event.changed.rawValue, "ParameterChanged",
      "A parameter, by the SHA-256 of its pointer, has a new value from this epoch on.",
      Parameter<Digest>("pointer", indexed: true), Parameter<UInt128>("oldValue"),
      Parameter<UInt128>("newValue")),
  ]

  private static let rejections: [RejectionDeclaration] = [
    RejectionDeclaration(
      Code.malformedGroup.rawValue, "MalformedGroup",
      "A group is 1 to \(groupSize) different pointers with one value each.",
      Parameter<UInt32>("pointers"), Parameter<UInt32>("values")),
    RejectionDeclaration(
      Code.unknownPointer.rawValue, "UnknownParameter",
      "No parameter stands at the pointer with this SHA-256: numbers outside `bounds` are fixed.",
      Parameter<Digest>("pointer")),
    RejectionDeclaration(
      Code.unchanged.rawValue, "ParameterUnchanged",
      "The parameter has this value already; pointerAt names it.",
      Parameter<UInt32>("parameter")),
    RejectionDeclaration(
      Code.outOfBounds.rawValue, "ParameterOutOfBounds",
      "The value lies outside the parameter's bounds; pointerAt names it.",
      Parameter<UInt32>("parameter"), Parameter<UInt128>("minimum"),
      Parameter<UInt128>("maximum")),
    RejectionDeclaration(
      Code.stepTooLarge.rawValue, "ParameterStepTooLarge",
      "One change may not go further from the present value than the step: take several.",
      Parameter<UInt32>("parameter"), Parameter<UInt128>("value"), Parameter<UInt128>("step")),
    RejectionDeclaration(
      Code.coolingDown.rawValue, "ParameterCoolingDown",
      "The parameter changed a short while ago: set it again from the time given on.",
      Parameter<UInt32>("parameter"), Parameter<LogicalTime>("until")),
    RejectionDeclaration(
      Code.alreadyPending.rawValue, "ParameterPending",
      "A change of the parameter waits for the next epoch: set it again after that.",
      Parameter<UInt32>("parameter"), Parameter<UInt128>("pending")),
    RejectionDeclaration(
      Code.groupSum.rawValue, "ParameterGroupSum",
      "The values would not sum to what they must: change the members of the limit together.",
      Parameter<UInt32>("limit"), Parameter<UInt128>("sum"), Parameter<UInt128>("needed")),
    RejectionDeclaration(
      Code.hardLimit.rawValue, "ParameterHardLimit",
      "The values would break a limit that holds for good: the query limits says which.",
      Parameter<UInt32>("limit")),
  ]
}
