internal import Primitives

extension Vesting {
  private static let account = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

  /// What outsiders rely on.
  public static let declaration: ModuleDeclaration = ModuleDeclaration(
    number: number, name: "vesting",
    help: "Grants that are released over time, by milestone, plan or vote.",
    calls: calls, queries: queries, events: events, rejections: rejections)

  private static let calls: [CallDeclaration] = [
    CallDeclaration(
      "release", "Pays a grant's beneficiary what has vested; anyone may send it.", example: "1",
      returns: [Parameter<Amount>("paid").description], compliance: .claim,
      Parameter<UInt64>("grant")
    ) { .vesting(.release(Release(grant: $0))) },
    CallDeclaration(
      "releaseTo",
      "Spends a grant by votes, within its limit of the year; asks for the role "
        + "governance.executor.", example: "5 \(account) 1000", compliance: .entry, role: .executor,
      Parameter<UInt64>("grant"), Parameter<Address>("to"), Parameter<Amount>("amount")
    ) { .vesting(.releaseTo(ReleaseTo(grant: $0, to: $1, amount: $2))) },
    CallDeclaration(
      "createGrant",
      "Puts your own units into a grant that opens evenly over a duration, after a lock.",
      example: "\(account) 1000 2628000 31536000 true",
      returns: [Parameter<UInt64>("grant").description],
      compliance: .entry, Parameter<Address>("beneficiary"), Parameter<Amount>("amount"),
      Parameter<Seconds>("lock"), Parameter<Seconds>("duration"), Parameter<Bool>("revocable")
    ) {
      .vesting(
        .create(
          Create(beneficiary: $0, amount: $1, lock: $2, duration: $3, isRevocable: $4)))
    },
    CallDeclaration(
      "revoke", "Ends a revocable grant that you made; what has not vested returns to you.",
      example: "20", returns: [Parameter<Amount>("returned").description], compliance: .exit,
      Parameter<UInt64>("grant")
    ) { .vesting(.revoke(Revoke(grant: $0))) },
    CallDeclaration(
      "changeBeneficiary", "Passes your grant on to another account.", example: "20 \(account)",
      compliance: .entry, Parameter<UInt64>("grant"), Parameter<Address>("to")
    ) { .vesting(.changeBeneficiary(ChangeBeneficiary(grant: $0, to: $1))) },
    CallDeclaration(
      "achieveMilestone",
      "States that a milestone is reached: it unlocks and burns what the economy file says; asks "
        + "for the role attester.milestone.", example: "mainnetLaunch", compliance: .office,
      role: .milestone,
      Parameter<String>("milestone")
    ) { .vesting(.achieve(Achieve(milestone: $0))) },
  ]

  private static let queries: [QueryDeclaration] = [
    QueryDeclaration(
      "grant", "The facts of a grant.", example: "1", returns: Parameter<Facts>("facts"),
      Parameter<UInt64>("grant")
    ) { (state, id) throws(Rejection) in try state.grant(id) },
    QueryDeclaration(
      "grantCount", "How many grants there are; their ids begin with 1.", example: "",
      returns: Parameter<UInt64>("count")
    ) { (state) throws(Rejection) in state.grantCount() },
    QueryDeclaration(
      "vested", "What has vested of a grant at a time, with the milestones reached now.",
      example: "1 2027-03-01T00:00:00Z", returns: Parameter<Amount>("amount"),
      Parameter<UInt64>("grant"), Parameter<LogicalTime>("time")
    ) { (state, id, time) throws(Rejection) in try state.vested(id, at: time) },
    QueryDeclaration(
      "releasable", "What a grant can pay now, under its limits and the year's ceiling.",
      example: "1", returns: Parameter<Amount>("amount"), Parameter<UInt64>("grant")
    ) { (state, id) throws(Rejection) in try state.releasable(id) },
    QueryDeclaration(
      "grantsOf", "An account's grants, newest first, behind the one given; 0 begins.",
      example: "\(account) 0", returns: Parameter<[UInt64]>("grants"),
      Parameter<Address>("beneficiary"), Parameter<UInt64>("after")
    ) { (state, account, id) throws(Rejection) in state.grants(of: account, after: id) },
    QueryDeclaration(
      "grantOfWallet", "The grant of a wallet of the economy file; 0 where it opens otherwise.",
      example: "team.core", returns: Parameter<UInt64>("grant"), Parameter<String>("wallet")
    ) { (state, name) throws(Rejection) in state.grant(ofWallet: name) },
    QueryDeclaration(
      "milestones", "The milestones of the economy file, and which are reached.", example: "",
      returns: Parameter<[MilestoneFacts]>("milestones")
    ) { (state) throws(Rejection) in state.milestones() },
    QueryDeclaration(
      "releasedInYear", "What was released in a year counted from 0, and the ceiling over it.",
      example: "0", returns: Parameter<YearFacts>("facts"), Parameter<UInt64>("year")
    ) { (state, year) throws(Rejection) in state.releases(inYear: year) },
  ]

  private static let events: [EventDeclaration] = [
    EventDeclaration(
      Event.created.rawValue, "GrantCreated", "A holder put units into a grant.",
      Parameter<UInt64>("grant", indexed: true), Parameter<Address>("beneficiary", indexed: true),
      Parameter<Address>("grantor", indexed: true), Parameter<Amount>("amount"),
      Parameter<Seconds>("lock"), Parameter<Seconds>("duration"), Parameter<Bool>("revocable")),
    EventDeclaration(
      Event.released.rawValue, "Released",
      "A grant paid; where the account is blocked, quarantine keeps it.",
      Parameter<UInt64>("grant", indexed: true), Parameter<Address>("to", indexed: true),
      Parameter<Amount>("amount")),
    EventDeclaration(
      Event.revoked.rawValue, "Revoked", "A grant was ended; the unvested part went back.",
      Parameter<UInt64>("grant", indexed: true), Parameter<Address>("grantor", indexed: true),
      Parameter<Amount>("returned")),
    EventDeclaration(
      Event.beneficiaryChanged.rawValue, "BeneficiaryChanged", "A grant was passed on.",
      Parameter<UInt64>("grant", indexed: true), Parameter<Address>("from", indexed: true),
      Parameter<Address>("to", indexed: true)),
    EventDeclaration(
      Event.milestoneAchieved.rawValue, "MilestoneAchieved",
      "A milestone was reached; its id is the keccak-256 of its name.",
      Parameter<Digest>("milestone", indexed: true), Parameter<Address>("sender", indexed: true),
      Parameter<Amount>("burned"), Parameter<Amount>("unlocked")),
  ]

  private static let rejections: [RejectionDeclaration] = [
    RejectionDeclaration(
      Code.unknownGrant.rawValue, "UnknownGrant",
      "There is no such grant: grantCount, grantsOf and grantOfWallet tell the ids.",
      Parameter<UInt64>("grant")),
    RejectionDeclaration(
      Code.noBeneficiary.rawValue, "NoBeneficiary",
      "The grant pays nobody by itself: votes spend it through releaseTo.",
      Parameter<UInt64>("grant")),
    RejectionDeclaration(
      Code.nothingReleasable.rawValue, "NothingReleasable",
      "Everything that has vested is paid, or today's limit is used up: ask vested and releasable.",
      Parameter<UInt64>("grant")),
    RejectionDeclaration(
      Code.notByVote.rawValue, "NotByVote",
      "Votes do not spend this grant: release pays its beneficiary.", Parameter<UInt64>("grant")),
    RejectionDeclaration(Code.zeroAmount.rawValue, "ZeroAmount", "Give an amount above zero."),
    RejectionDeclaration(
      Code.invalidReceiver.rawValue, "InvalidReceiver",
      "The zero address, a module or a system account cannot be paid by a grant.",
      Parameter<Address>("receiver")),
    RejectionDeclaration(
      Code.limitExceeded.rawValue, "LimitExceeded",
      "The amount is above what the grant's plan or yearly limit leaves.",
      Parameter<UInt64>("grant"), Parameter<Amount>("releasable"), Parameter<Amount>("amount")),
    RejectionDeclaration(
      Code.ceilingReached.rawValue, "CeilingReached",
      "The year's ceiling over all releases leaves less: the rest can be released next year.",
      Parameter<UInt64>("year"), Parameter<Amount>("ceiling")),
    RejectionDeclaration(
      Code.invalidTerms.rawValue, "InvalidTerms",
      "A duration is at least one second, and lock and duration end before time does.",
      Parameter<Seconds>("lock"), Parameter<Seconds>("duration")),
    RejectionDeclaration(
      Code.insufficientBalance.rawValue, "ERC20InsufficientBalance",
      "The giver's spendable balance is below the amount.", Parameter<Address>("sender"),
      Parameter<Amount>("balance"), Parameter<Amount>("needed")),
    RejectionDeclaration(
      Code.notGrantor.rawValue, "NotGrantor", "Only the giver of a grant revokes it.",
      Parameter<UInt64>("grant"), Parameter<Address>("account")),
    RejectionDeclaration(
      Code.notRevocable.rawValue, "NotRevocable",
      "The grant was made for good: only what was declared revocable can be revoked.",
      Parameter<UInt64>("grant")),
    RejectionDeclaration(
      Code.alreadyRevoked.rawValue, "AlreadyRevoked", "The grant was revoked before.",
      Parameter<UInt64>("grant")),
    RejectionDeclaration(
      Code.nothingToRevoke.rawValue, "NothingToRevoke", "The whole grant has vested.",
      Parameter<UInt64>("grant")),
    RejectionDeclaration(
      Code.notBeneficiary.rawValue, "NotBeneficiary", "Only the beneficiary passes a grant on.",
      Parameter<UInt64>("grant"), Parameter<Address>("account")),
    RejectionDeclaration(
      Code.sameBeneficiary.rawValue, "SameBeneficiary", "The account is the beneficiary already.",
      Parameter<UInt64>("grant"), Parameter<Address>("account")),
    RejectionDeclaration(
      Code.unknownMilestone.rawValue, "UnknownMilestone",
      "The economy file has no milestone of this name.", Parameter<Digest>("milestone")),
    RejectionDeclaration(
      Code.alreadyAchieved.rawValue, "AlreadyAchieved", "A milestone is reached once.",
      Parameter<Digest>("milestone")),
  ]
}
