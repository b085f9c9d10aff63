internal import Primitives

extension Compliance {
  private static let account = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
  private static let reason =
    "0x9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

  /// What outsiders rely on.
  public static let declaration: ModuleDeclaration = ModuleDeclaration(
    number: number, name: "compliance",
    help: "Pause, emergency levels, block list, freezes and quarantine.",
    calls: calls, queries: queries, events: events, rejections: rejections)

  private static let calls: [CallDeclaration] = [
    CallDeclaration(
      "pause", "Lets nothing begin in a module, by its number; asks for the role pauser.",
      example: "1", compliance: .office, role: .pauser, Parameter<UInt8>("module")
    ) { .compliance(.pause(Pause(module: $0))) },
    CallDeclaration(
      "unpause", "Opens a paused module; asks for the role pauser.", example: "1",
      compliance: .office, role: .pauser, Parameter<UInt8>("module")
    ) { .compliance(.unpause(Unpause(module: $0))) },
    CallDeclaration(
      "setEmergencyLevel",
      "0: none, 1: every module is paused, 2: exits and claims are held too; asks for the role "
        + "pauser.emergency.", example: "1", compliance: .office, role: .emergency,
      Parameter<UInt8>("level")
    ) { .compliance(.setLevel(SetLevel(level: $0))) },
    CallDeclaration(
      "blockAccount",
      "Puts an account on the block list, with the digest of the reason or zero; asks for the role "
        + "compliance.", example: "\(account) \(reason)", compliance: .office, role: .compliance,
      Parameter<Address>("account"), Parameter<Digest>("reason")
    ) { .compliance(.block(Block(account: $0, reason: $1))) },
    CallDeclaration(
      "unblockAccount",
      "Takes an account off the block list and pays out what waited in quarantine; asks for the "
        + "role compliance.", example: account, compliance: .office, role: .compliance,
      Parameter<Address>("account")
    ) { .compliance(.unblock(Unblock(account: $0))) },
    CallDeclaration(
      "freeze",
      "Holds back a further amount of an account's balance; asks for the role compliance.",
      example: "\(account) 100", compliance: .office, role: .compliance,
      Parameter<Address>("account"),
      Parameter<Amount>("amount")
    ) { .compliance(.freeze(Freeze(account: $0, amount: $1))) },
    CallDeclaration(
      "unfreeze", "Gives back an amount that is held back; asks for the role compliance.",
      example: "\(account) 100", compliance: .office, role: .compliance,
      Parameter<Address>("account"),
      Parameter<Amount>("amount")
    ) { .compliance(.unfreeze(Unfreeze(account: $0, amount: $1))) },
  ]

  private static let queries: [QueryDeclaration] = [
    QueryDeclaration(
      "paused", "Whether a module is paused, by its own switch or an emergency.", example: "1",
      returns: Parameter<Bool>("paused"), Parameter<UInt8>("module")
    ) { (state, module) throws(Rejection) in try state.isPaused(module: module) },
    QueryDeclaration(
      "pausedTime", "For how many seconds a module was paused since genesis.", example: "1",
      returns: Parameter<Seconds>("seconds"), Parameter<UInt8>("module")
    ) { (state, module) throws(Rejection) in try state.pausedTime(module: module) },
    QueryDeclaration(
      "emergencyLevel", "0, 1 or 2.", example: "", returns: Parameter<UInt8>("level")
    ) { (state) throws(Rejection) in state.emergencyLevel() },
    QueryDeclaration(
      "isBlocked", "Whether an account is on the block list.", example: account,
      returns: Parameter<Bool>("blocked"), Parameter<Address>("account")
    ) { (state, account) throws(Rejection) in state.isBlocked(address: account) },
    QueryDeclaration(
      "blockedSince", "When an account was blocked; 0 where it is not.", example: account,
      returns: Parameter<LogicalTime>("since"), Parameter<Address>("account")
    ) { (state, account) throws(Rejection) in state.blockedSince(account) },
    QueryDeclaration(
      "blockReason", "The digest of the reason for which an account is blocked.",
      example: account, returns: Parameter<Digest>("reason"), Parameter<Address>("account")
    ) { (state, account) throws(Rejection) in state.blockReason(account) },
    QueryDeclaration(
      "quarantinedOf", "What waits in quarantine for a blocked account.", example: account,
      returns: Parameter<Amount>("amount"), Parameter<Address>("account")
    ) { (state, account) throws(Rejection) in state.quarantined(of: account) },
    QueryDeclaration(
      "frozenOf", "What is held back of an account's balance.", example: account,
      returns: Parameter<Amount>("amount"), Parameter<Address>("account")
    ) { (state, account) throws(Rejection) in state.frozen(of: account) },
    QueryDeclaration(
      "blockedAccounts", "The blocked accounts in row order, from a row on; 0 begins.",
      example: "0", returns: Parameter<[Address]>("accounts"), Parameter<UInt64>("from")
    ) { (state, start) throws(Rejection) in state.blockedAccounts(from: start) },
  ]

  private static let events: [EventDeclaration] = [
    EventDeclaration(
      Event.paused.rawValue, "Paused", "Nothing begins in a module any more.",
      Parameter<UInt8>("module", indexed: true), Parameter<Address>("sender", indexed: true)),
    EventDeclaration(
      Event.unpaused.rawValue, "Unpaused", "A module is open again.",
      Parameter<UInt8>("module", indexed: true), Parameter<Address>("sender", indexed: true)),
    EventDeclaration(
      Event.levelSet.rawValue, "EmergencyLevelSet", "The emergency level changed.",
      Parameter<UInt8>("level", indexed: true), Parameter<Address>("sender", indexed: true)),
    EventDeclaration(
      Event.blocked.rawValue, "Blocked", "An account was put on the block list.",
      Parameter<Address>("account", indexed: true), Parameter<Address>("sender", indexed: true),
      Parameter<Digest>("reason")),
    EventDeclaration(
      Event.unblocked.rawValue, "Unblocked",
      "An account was taken off the block list and received what had waited.",
      Parameter<Address>("account", indexed: true), Parameter<Address>("sender", indexed: true),
      Parameter<Amount>("released")),
    EventDeclaration(
      Event.frozen.rawValue, "Frozen", "A further amount of an account is held back.",
      Parameter<Address>("account", indexed: true), Parameter<Address>("sender", indexed: true),
      Parameter<Amount>("amount")),
    EventDeclaration(
      Event.unfrozen.rawValue, "Unfrozen", "An amount is held back no longer.",
      Parameter<Address>("account", indexed: true), Parameter<Address>("sender", indexed: true),
      Parameter<Amount>("amount")),
    EventDeclaration(
      Event.quarantined.rawValue, "Quarantined",
      "Units for a blocked account wait in quarantine until it is unblocked.",
      Parameter<Address>("account", indexed: true), Parameter<Address>("payer", indexed: true),
      Parameter<Amount>("amount")),
  ]

  private static let rejections: [RejectionDeclaration] = [
    RejectionDeclaration(
      Code.emergencyStop.rawValue, "EmergencyStop",
      "The emergency level is 2: only the roles that end it act until it falls."),
    RejectionDeclaration(
      Code.enforcedPause.rawValue, "EnforcedPause",
      "The module is paused, or an emergency pauses all: nothing begins until it is opened; exits "
        + "and claims go on."),
    RejectionDeclaration(
      Code.accountBlocked.rawValue, "AccountBlocked",
      "The account is on the block list: it takes part again when the role compliance unblocks it.",
      Parameter<Address>("account")),
    RejectionDeclaration(
      Code.abilityAbsent.rawValue, "AbilityAbsent",
      "The economy file gives this ability to nobody, and none can be added after genesis."),
    RejectionDeclaration(
      Code.unknownModule.rawValue, "UnknownModule",
      "No module has this number: GET /network lists them.", Parameter<UInt8>("module")),
    RejectionDeclaration(
      Code.expectedPause.rawValue, "ExpectedPause", "The module is not paused by its own switch."),
    RejectionDeclaration(
      Code.invalidLevel.rawValue, "InvalidLevel", "The emergency levels are 0, 1 and 2.",
      Parameter<UInt8>("level")),
    RejectionDeclaration(
      Code.levelUnchanged.rawValue, "LevelUnchanged", "This is the emergency level already.",
      Parameter<UInt8>("level")),
    RejectionDeclaration(
      Code.invalidAccount.rawValue, "InvalidAccount",
      "The zero address, a module or a system account cannot be blocked or frozen.",
      Parameter<Address>("account")),
    RejectionDeclaration(
      Code.alreadyBlocked.rawValue, "AlreadyBlocked", "The account is on the block list already.",
      Parameter<Address>("account")),
    RejectionDeclaration(
      Code.notBlocked.rawValue, "NotBlocked", "The account is not on the block list.",
      Parameter<Address>("account")),
    RejectionDeclaration(
      Code.zeroAmount.rawValue, "ZeroAmount", "Give an amount above zero."),
    RejectionDeclaration(
      Code.freezeTooLarge.rawValue, "FreezeTooLarge",
      "Together with what is held back already the amount needs more than 128 bits.",
      Parameter<Address>("account"), Parameter<Amount>("frozen"), Parameter<Amount>("amount")),
    RejectionDeclaration(
      Code.insufficientFrozen.rawValue, "InsufficientFrozen",
      "Less than that is held back of the account.", Parameter<Address>("account"),
      Parameter<Amount>("frozen"), Parameter<Amount>("amount")),
  ]
}
