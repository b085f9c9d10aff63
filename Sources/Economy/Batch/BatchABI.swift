public import Primitives

extension Batch {
  /// What outsiders rely on.
  public static let declaration: ModuleDeclaration = ModuleDeclaration(
    number: number, name: "batch",
    help: "Many calls under one signature, all or nothing, each sent by the signer itself.",
    calls: calls,
    queries: queries,
    events: events,
    rejections: rejections)

  private static let token = "0xf4ee401d00000000000000000000000000000001"
  private static let approval =
    "0x095ea7b300000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8"
    + "0000000000000000000000000000000000000000000000000000000000000064"

  /// A call of a batch.
  public struct Call: ABIRecord {
    public static let fields = [
      ABIField("target", Address.self), ABIField("value", UInt256.self),
      ABIField("callData", [UInt8].self),
    ]

    /// Whom it asks.
    public let target: Address
    /// Wei.
    public let value: UInt256
    /// A selector and its arguments; empty for a plain transfer of the value.
    public let callData: [UInt8]

    public init(target: Address, value: UInt256, callData: [UInt8]) {
      self.target = target
      self.value = value
      self.callData = callData
    }

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      target = try .decode(&reader)
      value = try .decode(&reader)
      callData = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      target.encode(into: &writer)
      value.encode(into: &writer)
      callData.encode(into: &writer)
    }
  }

  /// A pause of the module stops batches; who may send each call alone still may.
  private static let carrier = CompliancePolicy(
    emergency: .refuse, paused: .refuse, sender: .allow, receiver: .divert, counterparty: .allow)

  private static let calls: [CallDeclaration] = [
    CallDeclaration(
      "execute", "Runs calls in order as your own, all or none; its value is the calls' together.",
      example: "[[\(token),0,\(approval)]]",
      returns: [Parameter<[[UInt8]]>("results").description], compliance: carrier,
      isPayable: true, Parameter<[Call]>("calls")
    ) { .batch(.execute(Execute($0))) }
  ]

  private static let queries: [QueryDeclaration] = [
    QueryDeclaration(
      "callLimit", "How many calls one batch carries at most.", example: "",
      returns: Parameter<UInt64>("calls")
    ) { (_) throws(Rejection) in callLimit },
    QueryDeclaration(
      "answerLimit", "How many bytes the results of one batch take at most.", example: "",
      returns: Parameter<UInt64>("bytes")
    ) { (_) throws(Rejection) in answerLimit },
  ]

  private static let events: [EventDeclaration] = [
    EventDeclaration(
      Event.executed.rawValue, "BatchExecuted", "All calls of a batch took effect.",
      Parameter<Address>("sender", indexed: true), Parameter<UInt256>("calls"))
  ]

  private static let rejections: [RejectionDeclaration] = [
    RejectionDeclaration(
      Code.empty.rawValue, "EmptyBatch", "The batch carries no call: put one into it."),
    RejectionDeclaration(
      Code.tooManyCalls.rawValue, "TooManyCalls",
      "The batch carries more calls than it may: send two batches.",
      Parameter<UInt256>("calls"), Parameter<UInt256>("limit")),
    RejectionDeclaration(
      Code.valueMismatch.rawValue, "ValueMismatch",
      "The transaction's value is not the sum of the calls' values: send exactly that.",
      Parameter<UInt256>("sent"), Parameter<UInt256>("needed")),
    RejectionDeclaration(
      Code.callFailed.rawValue, "CallFailed",
      "A call of the batch was refused, so nothing happened: see its place and its reason.",
      Parameter<UInt256>("index"), Parameter<[UInt8]>("reason")),
    RejectionDeclaration(
      Code.answerTooLarge.rawValue, "AnswerTooLarge",
      "The calls return more bytes than may be: ask for less.", Parameter<UInt256>("limit")),
  ]

  /// What a batch reverts with where one of its calls does.
  /// - Parameter place: counted from 0.
  static func callFailed(_ place: Int, _ reason: [UInt8]) -> [UInt8] {
    let selector = rejections[Int(Code.callFailed.rawValue) - 1].selector
    return ABIWriter.encode(
      UInt256(UInt128(place)), reason, after: Selector(selector).bytes)
  }
}
