internal import Primitives

extension Token {
  /// What outsiders rely on.
  public static let declaration: ModuleDeclaration = ModuleDeclaration(
    number: number, name: "token",
    help: "The economy's token: ERC-20 with burns, permits and signed authorizations.",
    calls: calls + signedCalls,
    queries: queries + signedQueries,
    events: events,
    rejections: rejections)

  private static let calls: [CallDeclaration] = [
    CallDeclaration(
      "transfer", "Moves your own units to another account.",
      example: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8 12.5", returns: [flag],
      compliance: .entry,
      Parameter<Address>("to"), Parameter<Amount>("amount")
    ) { .token(.transfer(Transfer(to: $0, amount: $1))) },
    CallDeclaration(
      "approve", "Lets a spender move up to an amount of your units; zero takes it back.",
      example: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8 100", returns: [flag],
      compliance: .entry, Parameter<Address>("spender"),
      Parameter<UInt256>("amount", meaning: .units)
    ) { .token(.approve(Approve(spender: $0, amount: $1))) },
    CallDeclaration(
      "transferFrom", "Moves an owner's units within your allowance.",
      example:
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 5",
      returns: [flag], compliance: .entry,
      Parameter<Address>("from"), Parameter<Address>("to"), Parameter<Amount>("amount")
    ) { .token(.transferFrom(TransferFrom(from: $0, to: $1, amount: $2))) },
    CallDeclaration(
      "burn", "Burns your own units for ever.", example: "2.5", compliance: .entry,
      Parameter<Amount>("amount")
    ) { .token(.burn(Burn(amount: $0))) },
    CallDeclaration(
      "burnFrom", "Burns an owner's units within your allowance.",
      example: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 2.5", compliance: .entry,
      Parameter<Address>("from"), Parameter<Amount>("amount")
    ) { .token(.burnFrom(BurnFrom(from: $0, amount: $1))) },
  ]

  private static let queries: [QueryDeclaration] = [
    QueryDeclaration(
      "name", "The token's full name.", example: "", returns: Parameter<String>("name")
    ) { (state) throws(Rejection) in state.genesis.token.name },
    QueryDeclaration(
      "symbol", "The token's symbol.", example: "", returns: Parameter<String>("symbol")
    ) { (state) throws(Rejection) in state.genesis.token.symbol },
    QueryDeclaration(
      "decimals", "How many decimals one token has.", example: "",
      returns: Parameter<UInt8>("decimals")
    ) { (state) throws(Rejection) in state.genesis.token.decimals },
    QueryDeclaration(
      "totalSupply", "The genesis supply without what is burned.", example: "",
      returns: Parameter<Amount>("supply")
    ) { (state) throws(Rejection) in state.totalSupply() },
    QueryDeclaration(
      "balanceOf", "What an account holds.",
      example: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
      returns: Parameter<Amount>("balance"), Parameter<Address>("account")
    ) { (state, account) throws(Rejection) in state.balance(of: account) },
    QueryDeclaration(
      "allowance", "What a spender may still move of an owner's units.",
      example:
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
      returns: Parameter<UInt256>("amount", meaning: .units), Parameter<Address>("owner"),
      Parameter<Address>("spender")
    ) { (state, owner, spender) throws(Rejection) in state.allowance(owner, spender) },
  ]

  private static let events: [EventDeclaration] = [
    transferEvent,
    EventDeclaration(
      Event.approval.rawValue, "Approval", "An owner set a spender's allowance.",
      Parameter<Address>("owner", indexed: true), Parameter<Address>("spender", indexed: true),
      Parameter<UInt256>("value", meaning: .units)),
    EventDeclaration(
      Event.burn.rawValue, "Burn", "Units left the supply for ever.",
      Parameter<Address>("holder", indexed: true), Parameter<Amount>("amount")),
    EventDeclaration(
      Event.authorizationUsed.rawValue, "AuthorizationUsed", "A signed transfer happened.",
      Parameter<Address>("authorizer", indexed: true), Parameter<Word>("nonce", indexed: true)),
    EventDeclaration(
      Event.authorizationCanceled.rawValue, "AuthorizationCanceled",
      "A signed transfer with this nonce can no longer happen.",
      Parameter<Address>("authorizer", indexed: true), Parameter<Word>("nonce", indexed: true)),
  ]

  private static let rejections: [RejectionDeclaration] = [
    RejectionDeclaration(
      Code.invalidReceiver.rawValue, "ERC20InvalidReceiver",
      "The zero address, a module or a system account cannot receive a transfer.",
      Parameter<Address>("receiver")),
    RejectionDeclaration(
      Code.invalidSender.rawValue, "ERC20InvalidSender",
      "The zero address holds what was burned: nothing is moved or burned from it.",
      Parameter<Address>("sender")),
    RejectionDeclaration(
      Code.invalidSpender.rawValue, "ERC20InvalidSpender",
      "The zero address and Multicall3, whom anybody can use, cannot be given an allowance.",
      Parameter<Address>("spender")),
    RejectionDeclaration(
      Code.insufficientAllowance.rawValue, "ERC20InsufficientAllowance",
      "The spender's allowance is below the amount: ask the owner to approve more.",
      Parameter<Address>("spender"), Parameter<UInt256>("allowance", meaning: .units),
      Parameter<Amount>("needed")),
    RejectionDeclaration(
      Code.insufficientBalance.rawValue, "ERC20InsufficientBalance",
      "The owner's spendable balance is below the amount.", Parameter<Address>("sender"),
      Parameter<Amount>("balance"), Parameter<Amount>("needed")),
    RejectionDeclaration(
      Code.permitExpired.rawValue, "ERC2612ExpiredSignature",
      "The permit's deadline is past: ask its owner to sign a new one.",
      Parameter<UInt256>("deadline", meaning: .time)),
    RejectionDeclaration(
      Code.permitSigner.rawValue, "ERC2612InvalidSigner",
      "The signature is not the owner's over these values and its next permit nonce.",
      Parameter<Address>("signer"), Parameter<Address>("owner")),
    RejectionDeclaration(
      Code.callerNotPayee.rawValue, "CallerNotPayee",
      "Only the payee brings a receiveWithAuthorization: send it from the payee's account.",
      text: "FiatTokenV2: caller must be the payee"),
    RejectionDeclaration(
      Code.notYetValid.rawValue, "AuthorizationNotYetValid",
      "The authorization begins to work after a later second: wait.",
      text: "FiatTokenV2: authorization is not yet valid"),
    RejectionDeclaration(
      Code.expired.rawValue, "AuthorizationExpired",
      "The authorization's time is past: ask the payer to sign a new one.",
      text: "FiatTokenV2: authorization is expired"),
    RejectionDeclaration(
      Code.usedOrCanceled.rawValue, "AuthorizationUsedOrCanceled",
      "The nonce was used or canceled and never works again: sign with another.",
      text: "FiatTokenV2: authorization is used or canceled"),
    RejectionDeclaration(
      Code.invalidSignature.rawValue, "InvalidSignature",
      "The signature is not the authorizer's over these values in the token's domain.",
      text: "FiatTokenV2: invalid signature"),
    RejectionDeclaration(
      Code.exceedsBalance.rawValue, "TransferExceedsBalance",
      "The payer's spendable balance is below the amount.",
      text: "ERC20: transfer amount exceeds balance"),
  ]

  /// The posting event, which the ledger emits as code 0 of module 0 for every movement of value.
  public static let transferEvent = EventDeclaration(
    0, "Transfer", "Units moved from one account to another.",
    Parameter<Address>("from", indexed: true), Parameter<Address>("to", indexed: true),
    Parameter<Amount>("value"))

  /// The place of `transfer` among the calls: a plain value transfer is judged like it.
  static let transferPlace: UInt8 = 0

  private static let flag = Parameter<Bool>("success").description
}
