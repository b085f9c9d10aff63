internal import Ledger
internal import Primitives

extension Multicall {
  /// What outsiders rely on.
  public static let declaration: ModuleDeclaration = ModuleDeclaration(
    number: number, name: "multicall",
    help: "Multicall3: many calls in one, sent by Multicall3 itself, each with its own result.",
    calls: calls,
    queries: queries,
    events: events,
    rejections: rejections)

  private static let target = "0xf4ee401d00000000000000000000000000000001"
  private static let pairs = "[[\(target),0x18160ddd]]"

  /// Value comes in, and goes out in Multicall3's name: nobody blocked may send it.
  private static let carrier = CompliancePolicy.entry

  private static let calls: [CallDeclaration] = [
    CallDeclaration(
      "aggregate", "Runs calls that must all succeed; returns the block's number and their data.",
      example: pairs, returns: MulticallForms.data, compliance: carrier,
      Parameter<[Call]>("calls")
    ) { .multicall(.aggregate(Aggregate(.data, $0.map { $0.with(allowFailure: false) }))) },
    CallDeclaration(
      "tryAggregate", "Runs calls; where success is not required, each may fail alone.",
      example: "no \(pairs)", returns: MulticallForms.results, compliance: carrier,
      Parameter<Bool>("requireSuccess"), Parameter<[Call]>("calls")
    ) { required, calls in
      .multicall(
        .aggregate(Aggregate(.results, calls.map { $0.with(allowFailure: !required) })))
    },
    CallDeclaration(
      "tryBlockAndAggregate", "The same, with the block's number and hash before the results.",
      example: "no \(pairs)", returns: MulticallForms.blockAndResults, compliance: carrier,
      Parameter<Bool>("requireSuccess"), Parameter<[Call]>("calls")
    ) { required, calls in
      .multicall(
        .aggregate(Aggregate(.blockAndResults, calls.map { $0.with(allowFailure: !required) })))
    },
    CallDeclaration(
      "blockAndAggregate", "Runs calls that must all succeed; returns number, hash and results.",
      example: pairs, returns: MulticallForms.blockAndResults, compliance: carrier,
      Parameter<[Call]>("calls")
    ) {
      .multicall(
        .aggregate(Aggregate(.blockAndResults, $0.map { $0.with(allowFailure: false) })))
    },
    CallDeclaration(
      "aggregate3", "Runs calls of which each says whether it may fail alone.",
      example: "[[\(target),yes,0x18160ddd]]", returns: MulticallForms.results,
      compliance: carrier, Parameter<[Call3]>("calls")
    ) { .multicall(.aggregate(Aggregate(.results, $0.map(\.withoutValue)))) },
    CallDeclaration(
      "aggregate3Value", "Runs calls with values, whose sum must come with it, to the wei.",
      example: "[[\(target),yes,0,0x18160ddd]]", returns: MulticallForms.results,
      compliance: carrier, isPayable: true, Parameter<[Call3Value]>("calls")
    ) { .multicall(.aggregate(Aggregate(.results, $0))) },
  ]

  private static let queries: [QueryDeclaration] = [
    QueryDeclaration(
      "getBlockHash", "The hash of one of the last 256 blocks; zero for any other.", example: "0",
      returns: Parameter<Digest>("blockHash"), Parameter<UInt256>("blockNumber")
    ) { (state, number) throws(Rejection) in state.blockHash(number) },
    QueryDeclaration(
      "getLastBlockHash", "The hash of the block before.", example: "",
      returns: Parameter<Digest>("blockHash")
    ) { (state) throws(Rejection) in state.lastBlockHash() },
    QueryDeclaration(
      "getBlockNumber", "The block's number.", example: "",
      returns: Parameter<UInt256>("blockNumber")
    ) { (state) throws(Rejection) in UInt256(UInt128(state.ledger.height)) },
    QueryDeclaration(
      "getCurrentBlockTimestamp", "The block's time.", example: "",
      returns: Parameter<UInt256>("timestamp", meaning: .time)
    ) { (state) throws(Rejection) in UInt256(UInt128(state.ledger.time.seconds)) },
    QueryDeclaration(
      "getCurrentBlockGasLimit", "The most gas a block may hold.", example: "",
      returns: Parameter<UInt256>("gaslimit")
    ) { (state) throws(Rejection) in UInt256(UInt128(state.genesis.network.blockGasLimit)) },
    QueryDeclaration(
      "getCurrentBlockCoinbase", "The zero address: fees go to an account of the economy.",
      example: "", returns: Parameter<Address>("coinbase")
    ) { (_) throws(Rejection) in .zero },
    QueryDeclaration(
      "getCurrentBlockDifficulty", "Zero: nothing is mined here.", example: "",
      returns: Parameter<UInt256>("difficulty")
    ) { (_) throws(Rejection) in .zero },
    QueryDeclaration(
      "getEthBalance", "What an account holds in wei, as eth_getBalance says.",
      example: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
      returns: Parameter<UInt256>("balance"), Parameter<Address>("addr")
    ) { (state, address) throws(Rejection) in state.wei(of: address) },
    QueryDeclaration(
      "getChainId", "The chain's id.", example: "", returns: Parameter<UInt256>("chainid")
    ) { (state) throws(Rejection) in UInt256(UInt128(state.genesis.chainID)) },
    QueryDeclaration(
      "getBasefee", "The price floor in wei for one gas.", example: "",
      returns: Parameter<UInt256>("basefee")
    ) { (state) throws(Rejection) in UInt256(state.genesis.network.baseFee) },
  ]

  private static let events: [EventDeclaration] = [
    EventDeclaration(
      Event.aggregated.rawValue, "Aggregated", "Calls ran in Multicall3's name.",
      Parameter<Address>("sender", indexed: true), Parameter<UInt256>("calls"),
      Parameter<UInt256>("failed"))
  ]

  private static let rejections: [RejectionDeclaration] = [
    RejectionDeclaration(
      Code.tooManyCalls.rawValue, "TooManyCalls",
      "It carries more calls than it may: send two of them.",
      Parameter<UInt256>("calls"), Parameter<UInt256>("limit")),
    RejectionDeclaration(
      Code.valueMismatch.rawValue, "ValueMismatch",
      "The transaction's value is not the sum of the calls' values: send exactly that.",
      text: "Multicall3: value mismatch"),
    RejectionDeclaration(
      Code.callFailed.rawValue, "CallFailed",
      "A call that must succeed was refused: try it alone to see why.",
      text: "Multicall3: call failed"),
    RejectionDeclaration(
      Code.answerTooLarge.rawValue, "AnswerTooLarge",
      "The calls return more bytes than may be: ask for less.", Parameter<UInt256>("limit")),
  ]
}
