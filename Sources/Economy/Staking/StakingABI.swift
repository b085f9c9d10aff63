internal import Primitives

extension Staking {
  private static let account = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

  /// What outsiders rely on.
  public static let declaration: ModuleDeclaration = ModuleDeclaration(
    number: number, name: "staking",
    help: "Positions that earn from a funded pool, as ERC-721 receipts.",
    calls: positionCalls + attesterCalls + receiptCalls,
    queries: positionQueries + wholeQueries + receiptQueries,
    events: receiptEvents + positionEvents, rejections: rejections)

  private static let positionCalls: [CallDeclaration] = [
    CallDeclaration(
      "stake", "Locks units for one of the table's locks and gives a receipt.",
      example: "1000 30d", returns: [Parameter<ReceiptID>("position").description],
      compliance: .entry, Parameter<Amount>("amount"), Parameter<Seconds>("lock")
    ) { .staking(.stake(Stake(amount: $0, lock: $1))) },
    CallDeclaration(
      "claim", "Pays what a position has earned to its beneficiary.", example: "1",
      returns: [Parameter<Amount>("received").description], compliance: .claim,
      Parameter<ReceiptID>("position")
    ) { .staking(.claim(Claim(position: $0))) },
    CallDeclaration(
      "compound", "Adds what a position has earned to its principal.", example: "1",
      returns: [Parameter<Amount>("principal").description], compliance: .entry,
      Parameter<ReceiptID>("position")
    ) { .staking(.compound(Compound(position: $0))) },
    CallDeclaration(
      "unstake", "Returns the principal after the lock, with what is pending.", example: "1",
      returns: [Parameter<Amount>("principal").description], compliance: .exit,
      Parameter<ReceiptID>("position")
    ) { .staking(.unstake(Unstake(position: $0))) },
    CallDeclaration(
      "exitEarly", "Returns the principal before the lock ends, less the penalty.", example: "1",
      returns: [Parameter<Amount>("returned").description], compliance: .exit,
      Parameter<ReceiptID>("position")
    ) { .staking(.exitEarly(ExitEarly(position: $0))) },
    CallDeclaration(
      "setBeneficiary", "Names who receives a position's rewards.", example: "1 \(account)",
      compliance: .entry, Parameter<ReceiptID>("position"), Parameter<Address>("beneficiary")
    ) { .staking(.setBeneficiary(SetBeneficiary(position: $0, beneficiary: $1))) },
    CallDeclaration(
      "setDelegate", "Names who votes with your weight; your own address takes it back.",
      example: account, compliance: .entry, Parameter<Address>("delegate")
    ) { .staking(.setDelegate(SetDelegate(delegate: $0))) },
    CallDeclaration(
      "depositRevenue", "Gives your units to all stakers by way of the pool, epoch by epoch.",
      example: "100", compliance: .entry, Parameter<Amount>("amount")
    ) { .staking(.depositRevenue(DepositRevenue(amount: $0))) },
    CallDeclaration(
      "depositFeeShare", "Gives your units to all stakers by way of the fee share.",
      example: "100", compliance: .entry, Parameter<Amount>("amount")
    ) { .staking(.depositFeeShare(DepositFeeShare(amount: $0))) },
  ]

  private static let attesterCalls: [CallDeclaration] = [
    CallDeclaration(
      "setBonusScore", "Sets an account's score in a bonus; asks for the role attester.quality.",
      example: "\(account) 2 10000", compliance: .office, role: .quality,
      Parameter<Address>("account"),
      Parameter<UInt8>("bonus"),
      Parameter<BasisPoints>("score")
    ) { .staking(.setBonusScore(SetBonusScore(account: $0, bonus: $1, score: $2))) },
    CallDeclaration(
      "clearBonusScore",
      "Takes an account's eligibility for a bonus away; asks for the role attester.quality.",
      example: "\(account) 2", compliance: .office, role: .quality, Parameter<Address>("account"),
      Parameter<UInt8>("bonus")
    ) { .staking(.clearBonusScore(ClearBonusScore(account: $0, bonus: $1))) },
  ]

  private static let positionQueries: [QueryDeclaration] = [
    QueryDeclaration(
      "position", "Everything about a position now.", example: "1",
      returns: Parameter<PositionFacts>("facts"), Parameter<ReceiptID>("position")
    ) { (state, id) throws(Rejection) in try state.position(id) },
    QueryDeclaration(
      "positionsOf", "The receipts of an account, oldest first.", example: account,
      returns: Parameter<[ReceiptID]>("positions"), Parameter<Address>("owner")
    ) { (state, owner) throws(Rejection) in state.positions(of: owner) },
    QueryDeclaration(
      "pending", "What a position has earned of the pool and not claimed, before its row's burn.",
      example: "1", returns: Parameter<Amount>("pending"), Parameter<ReceiptID>("position")
    ) { (state, id) throws(Rejection) in try state.pending(id) },
    QueryDeclaration(
      "pendingFeeShare", "What a position has earned of the fee share and not claimed.",
      example: "1", returns: Parameter<Amount>("pending"), Parameter<ReceiptID>("position")
    ) { (state, id) throws(Rejection) in try state.pendingFeeShare(id) },
    QueryDeclaration(
      "exitPenalty", "What leaving now costs of the principal.", example: "1",
      returns: Parameter<Amount>("penalty"), Parameter<ReceiptID>("position")
    ) { (state, id) throws(Rejection) in try state.exitPenalty(id) },
    QueryDeclaration(
      "benefits", "What a position brings besides rewards.", example: "1",
      returns: Parameter<Benefits>("benefits"), Parameter<ReceiptID>("position")
    ) { (state, id) throws(Rejection) in try state.benefits(id) },
    QueryDeclaration(
      "benefitsOf", "The best of what an account's positions bring.", example: account,
      returns: Parameter<Benefits>("benefits"), Parameter<Address>("account")
    ) { (state, account) throws(Rejection) in state.benefits(of: account) },
    QueryDeclaration(
      "bonusScore", "An account's score in a bonus.", example: "\(account) 2",
      returns: Parameter<ScoreFacts>("score"), Parameter<Address>("account"),
      Parameter<UInt8>("bonus")
    ) { (state, account, bonus) throws(Rejection) in try state.bonusScore(account, bonus) },
    QueryDeclaration(
      "delegates", "Who votes with an account's weight.", example: account,
      returns: Parameter<Address>("delegate"), Parameter<Address>("account")
    ) { (state, account) throws(Rejection) in state.delegate(of: account) },
    QueryDeclaration(
      "getVotes", "The weight that votes through an account now.", example: account,
      returns: Parameter<Amount>("weight"), Parameter<Address>("account")
    ) { (state, account) throws(Rejection) in Amount(state.votes(of: account)) },
  ]

  private static let wholeQueries: [QueryDeclaration] = [
    QueryDeclaration(
      "rewards", "The state of the rewards: budget, index, coverage, what is locked.", example: "",
      returns: Parameter<RewardFacts>("rewards")
    ) { (state) throws(Rejection) in state.stakingRewards() },
    QueryDeclaration(
      "coverage", "The part of the promised rates that this epoch's budget covers.", example: "",
      returns: Parameter<BasisPoints>("coverage")
    ) { (state) throws(Rejection) in state.stakingRewards().coverage },
    QueryDeclaration(
      "shortfall", "What this epoch misses to the promised rates; nobody is owed it.", example: "",
      returns: Parameter<Amount>("shortfall")
    ) { (state) throws(Rejection) in state.stakingRewards().shortfall },
    QueryDeclaration(
      "rates", "The rate table: what each row promises and what this epoch pays of it.",
      example: "", returns: Parameter<[RateFacts]>("rates")
    ) { (state) throws(Rejection) in state.stakingRates() },
    QueryDeclaration(
      "bonuses", "The bonuses by number, from 0.", example: "",
      returns: Parameter<[BonusFacts]>("bonuses")
    ) { (state) throws(Rejection) in state.bonuses() },
    QueryDeclaration(
      "feeShare", "The state of the fee share.", example: "",
      returns: Parameter<FeeShareFacts>("feeShare")
    ) { (state) throws(Rejection) in state.stakingFeeShare() },
  ]

  private static let positionEvents: [EventDeclaration] = [
    EventDeclaration(
      Event.staked.rawValue, "Staked", "Units were locked.",
      Parameter<ReceiptID>("position", indexed: true), Parameter<Address>("owner", indexed: true),
      Parameter<Amount>("amount"), Parameter<Seconds>("lock"), Parameter<LogicalTime>("lockEnd"),
      Parameter<UInt128>("weight")),
    EventDeclaration(
      Event.claimed.rawValue, "Claimed", "Rewards were paid out.",
      Parameter<ReceiptID>("position", indexed: true), Parameter<Address>("owner", indexed: true),
      Parameter<Address>("beneficiary", indexed: true), Parameter<Amount>("paid"),
      Parameter<Amount>("burned"), Parameter<Amount>("feeShare")),
    EventDeclaration(
      Event.compounded.rawValue, "Compounded",
      "Rewards joined the principal; the fee share was paid to the beneficiary.",
      Parameter<ReceiptID>("position", indexed: true), Parameter<Address>("owner", indexed: true),
      Parameter<Amount>("added"), Parameter<Amount>("burned"), Parameter<Amount>("feeShare"),
      Parameter<Amount>("principal")),
    EventDeclaration(
      Event.unstaked.rawValue, "Unstaked", "A principal was returned.",
      Parameter<ReceiptID>("position", indexed: true), Parameter<Address>("owner", indexed: true),
      Parameter<Amount>("principal")),
    EventDeclaration(
      Event.exitedEarly.rawValue, "ExitedEarly", "A principal was returned less a penalty.",
      Parameter<ReceiptID>("position", indexed: true), Parameter<Address>("owner", indexed: true),
      Parameter<Amount>("returned"), Parameter<Amount>("penalty"), Parameter<Amount>("burned"),
      Parameter<Amount>("forfeited")),
    EventDeclaration(
      Event.repriced.rawValue, "Repriced", "A lock ended: the bottom of the rates counts now.",
      Parameter<ReceiptID>("position", indexed: true), Parameter<Address>("owner", indexed: true),
      Parameter<BasisPoints>("apr"), Parameter<UInt128>("weight")),
    EventDeclaration(
      Event.bonusScoreSet.rawValue, "BonusScoreSet", "An account's score in a bonus changed.",
      Parameter<Address>("account", indexed: true), Parameter<UInt8>("bonus", indexed: true),
      Parameter<BasisPoints>("score")),
    EventDeclaration(
      Event.bonusScoreCleared.rawValue, "BonusScoreCleared",
      "An account is no longer eligible for a bonus.",
      Parameter<Address>("account", indexed: true), Parameter<UInt8>("bonus", indexed: true)),
    EventDeclaration(
      Event.beneficiarySet.rawValue, "BeneficiarySet", "A position's rewards go to this account.",
      Parameter<ReceiptID>("position", indexed: true),
      Parameter<Address>("beneficiary", indexed: true)),
    EventDeclaration(
      Event.delegateChanged.rawValue, "DelegateChanged", "Another account votes with a weight.",
      Parameter<Address>("delegator", indexed: true),
      Parameter<Address>("fromDelegate", indexed: true),
      Parameter<Address>("toDelegate", indexed: true)),
    EventDeclaration(
      Event.revenueDeposited.rawValue, "RevenueDeposited",
      "Units wait to move to the pool, epoch by epoch.",
      Parameter<Address>("from", indexed: true), Parameter<Amount>("amount")),
    EventDeclaration(
      Event.feeShareDeposited.rawValue, "FeeShareDeposited",
      "Units wait to flow to the stakers by principal.",
      Parameter<Address>("from", indexed: true), Parameter<Amount>("amount")),
    EventDeclaration(
      Event.epochOpened.rawValue, "StakingEpochOpened",
      "What may flow in the new epoch of the rewards and of the fee share.",
      Parameter<UInt64>("epoch"), Parameter<Amount>("budget"), Parameter<Amount>("feeShare")),
  ]

  private static let rejections: [RejectionDeclaration] = [
    RejectionDeclaration(
      Code.nonexistentPosition.rawValue, "ERC721NonexistentToken",
      "No such position stands: see positionsOf for an account's receipts.",
      Parameter<ReceiptID>("tokenId")),
    RejectionDeclaration(
      Code.notPositionOwner.rawValue, "NotPositionOwner",
      "The position belongs to somebody else: see ownerOf.", Parameter<Address>("account"),
      Parameter<ReceiptID>("position")),
    RejectionDeclaration(
      Code.incorrectOwner.rawValue, "ERC721IncorrectOwner",
      "The receipt is not the sender's that was named: see ownerOf.", Parameter<Address>("sender"),
      Parameter<ReceiptID>("tokenId"), Parameter<Address>("owner")),
    RejectionDeclaration(
      Code.invalidReceiver.rawValue, "ERC721InvalidReceiver",
      "The zero address, a module or a system account can neither own, benefit nor vote.",
      Parameter<Address>("receiver")),
    RejectionDeclaration(
      Code.insufficientApproval.rawValue, "ERC721InsufficientApproval",
      "The sender may not transfer the receipt: ask its owner to approve.",
      Parameter<Address>("operator"), Parameter<ReceiptID>("tokenId")),
    RejectionDeclaration(
      Code.invalidApprover.rawValue, "ERC721InvalidApprover",
      "Only the owner of a receipt and its operators approve.", Parameter<Address>("approver")),
    RejectionDeclaration(
      Code.invalidOperator.rawValue, "ERC721InvalidOperator",
      "The zero address cannot be an operator.", Parameter<Address>("operator")),
    RejectionDeclaration(
      Code.invalidOwner.rawValue, "ERC721InvalidOwner", "The zero address owns nothing.",
      Parameter<Address>("owner")),
    RejectionDeclaration(
      Code.unknownBonus.rawValue, "UnknownBonus",
      "The economy has no bonus of this number: see bonuses.", Parameter<UInt8>("bonus")),
    RejectionDeclaration(
      Code.scoreOutOfRange.rawValue, "ScoreOutOfRange", "A score is at most 10,000.",
      Parameter<BasisPoints>("score")),
    RejectionDeclaration(
      Code.unknownLock.rawValue, "UnknownLock",
      "The economy has no lock of exactly this length: see rates.", Parameter<Seconds>("lock")),
    RejectionDeclaration(
      Code.belowMinimum.rawValue, "BelowMinimum",
      "The amount is below the least principal for this lock: stake more, or choose another.",
      Parameter<Amount>("amount"), Parameter<Amount>("minimum")),
    RejectionDeclaration(
      Code.tooManyPositions.rawValue, "TooManyPositions",
      "The account has as many positions as one may: end one, or use another account.",
      Parameter<Address>("account"), Parameter<UInt64>("limit")),
    RejectionDeclaration(
      Code.lockNotEnded.rawValue, "LockNotEnded",
      "The lock runs until the time given: wait, or use exitEarly.",
      Parameter<LogicalTime>("lockEnd")),
    RejectionDeclaration(
      Code.lockEnded.rawValue, "LockEnded",
      "The lock has ended and nothing need be lost: use unstake.",
      Parameter<LogicalTime>("lockEnd")),
    RejectionDeclaration(
      Code.pendingBelowMinimum.rawValue, "PendingBelowMinimum",
      "Too little has been earned to compound: wait, or claim.", Parameter<Amount>("pending"),
      Parameter<Amount>("minimum")),
    RejectionDeclaration(
      Code.noRevenueAccount.rawValue, "NoRevenueAccount",
      "The economy has no such income of stakers: see the economy file."),
    RejectionDeclaration(
      Code.insufficientBalance.rawValue, "ERC20InsufficientBalance",
      "The spendable balance is below the amount.", Parameter<Address>("sender"),
      Parameter<Amount>("balance"), Parameter<Amount>("needed")),
  ]
}
