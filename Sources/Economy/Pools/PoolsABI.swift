internal import Primitives

extension Pools {
  private static let accountExample = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

  /// What outsiders rely on.
  public static let declaration: ModuleDeclaration = ModuleDeclaration(
    number: number, name: "pools",
    help: "Reward pools, the fee waterfall and burns, with coverage and runway.",
    calls: calls,
    queries: poolQueries + feeQueries,
    events: events,
    rejections: rejections)

  private static let calls: [CallDeclaration] = [
    CallDeclaration(
      "topUp", "Gives your own units to a pool, for good.", example: "pool.staking 100",
      compliance: .entry, Parameter<String>("pool"), Parameter<Amount>("amount")
    ) { .pools(.topUp(TopUp(pool: $0, amount: $1))) },
    CallDeclaration(
      "grant", "Pays from a pool of grants within its budget; asks for governance.executor.",
      example: "pool.ai.innovation \(accountExample) 100",
      compliance: CompliancePolicy.entry.with(sender: .allow), role: .executor,
      Parameter<String>("pool"),
      Parameter<Address>("to"), Parameter<Amount>("amount")
    ) { .pools(.grant(Grant(pool: $0, to: $1, amount: $2))) },
    CallDeclaration(
      "payPlatformFee", "Pays a fee that is the platform's alone through the net split.",
      example: "10", compliance: .entry, Parameter<Amount>("amount")
    ) { .pools(.payPlatformFee(PayPlatformFee(amount: $0))) },
  ]

  private static let events: [EventDeclaration] = [
    EventDeclaration(
      Event.toppedUp.rawValue, "PoolToppedUp",
      "A pool, by the keccak-256 of its name, received units beside its schedule.",
      Parameter<Digest>("pool", indexed: true), Parameter<Address>("from", indexed: true),
      Parameter<Amount>("amount")),
    EventDeclaration(
      Event.granted.rawValue, "PoolGranted",
      "A pool of grants, by the keccak-256 of its name, paid an account.",
      Parameter<Digest>("pool", indexed: true), Parameter<Address>("to", indexed: true),
      Parameter<Address>("sender", indexed: true), Parameter<Amount>("amount")),
    EventDeclaration(
      Event.platformFeeSplit.rawValue, "PlatformFeeSplit",
      "A fee that is the platform's alone was paid and split.",
      Parameter<Address>("payer", indexed: true), Parameter<Amount>("amount")),
    EventDeclaration(
      Event.networkFeesSplit.rawValue, "NetworkFeesSplit",
      "The network fees of the last block were split.", Parameter<Amount>("amount")),
    EventDeclaration(
      Event.burnCapped.rawValue, "BurnCapped",
      "The floor or the year's cap held a burn back; the overflow went to a fund.",
      Parameter<Address>("from", indexed: true), Parameter<Amount>("wanted"),
      Parameter<Amount>("burned"), Parameter<Amount>("overflow")),
    EventDeclaration(
      Event.burnMatched.rawValue, "BurnMatched",
      "The reserve burned beside the organic burns of an epoch.",
      Parameter<UInt64>("epoch", indexed: true), Parameter<Amount>("organic"),
      Parameter<Amount>("matched")),
  ]

  private static let rejections: [RejectionDeclaration] = [
    RejectionDeclaration(
      Code.unknownPool.rawValue, "UnknownPool",
      "The economy has no pool whose name has this keccak-256: the query pools lists them.",
      Parameter<Digest>("pool")),
    RejectionDeclaration(
      Code.notGrantPool.rawValue, "NotGrantPool",
      "The pool pays by its own rule and gives no grants.", Parameter<Digest>("pool")),
    RejectionDeclaration(
      Code.unknownCategory.rawValue, "UnknownFeeCategory",
      "The economy has no fee category whose name has this keccak-256: the query feeCategories "
        + "lists them.", Parameter<Digest>("category")),
    RejectionDeclaration(
      Code.zeroAmount.rawValue, "ZeroAmount", "The amount is zero: give at least one unit."),
    RejectionDeclaration(
      Code.belowMinimum.rawValue, "BelowMinimum",
      "The payment is below the least that the economy settles.", Parameter<Amount>("amount"),
      Parameter<Amount>("minimum")),
    RejectionDeclaration(
      Code.invalidReceiver.rawValue, "InvalidReceiver",
      "The zero address, a module or a system account cannot receive a grant.",
      Parameter<Address>("receiver")),
    RejectionDeclaration(
      Code.budgetExceeded.rawValue, "PoolBudgetExceeded",
      "The pool may not pay that much yet: wait for its schedule, or top it up.",
      Parameter<Digest>("pool"), Parameter<Amount>("budget"), Parameter<Amount>("needed")),
    RejectionDeclaration(
      Code.insufficientBalance.rawValue, "InsufficientBalance",
      "The sender's spendable balance is below the amount.", Parameter<Address>("sender"),
      Parameter<Amount>("balance"), Parameter<Amount>("needed")),
  ]

  private static let poolQueries: [QueryDeclaration] = [
    QueryDeclaration(
      "pool", "A pool's books: balance, budget, schedule, spent, runway, coverage.",
      example: "pool.staking", returns: Parameter<Facts>("facts"), Parameter<String>("pool")
    ) { (state, pool) throws(Rejection) in try state.poolFacts(pool) },
    QueryDeclaration(
      "pools", "Every pool's name.", example: "", returns: Parameter<[String]>("pools")
    ) { (state) throws(Rejection) in state.poolNames() },
    QueryDeclaration(
      "schedule", "What a pool's schedule has opened when an epoch opens.",
      example: "pool.staking 365", returns: Parameter<Amount>("scheduled"),
      Parameter<String>("pool"), Parameter<UInt64>("epoch")
    ) { (state, pool, epoch) throws(Rejection) in try state.poolSchedule(pool, epoch) },
    QueryDeclaration(
      "burns", "The limits on burns and what was burned under them.", example: "",
      returns: Parameter<BurnFacts>("burns")
    ) { (state) throws(Rejection) in state.burnFacts() },
  ]

  private static let feeQueries: [QueryDeclaration] = [
    QueryDeclaration(
      "feeCategories", "Every fee category's name.", example: "",
      returns: Parameter<[String]>("categories")
    ) { (state) throws(Rejection) in state.feeCategoryNames() },
    QueryDeclaration(
      "waterfall", "How the payments of a fee category are divided.", example: "ai",
      returns: Parameter<WaterfallFacts>("waterfall"), Parameter<String>("category")
    ) { (state, category) throws(Rejection) in try state.waterfall(category) },
    QueryDeclaration(
      "quote", "A payment of a fee category taken apart, with a discount on the fee.",
      example: "ai 100 0", returns: Parameter<QuoteFacts>("quote"), Parameter<String>("category"),
      Parameter<Amount>("gross"), Parameter<BasisPoints>("discount")
    ) { (state, category, gross, discount) throws(Rejection) in
      try state.quote(category, gross, discount)
    },
  ]
}
