internal import Primitives

/// ERC-721 with its metadata, and ERC-165.
extension Staking {
  private static let owner = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
  private static let receiver = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

  /// A receipt cannot wait in quarantine: nothing moves to a blocked account.
  private static let receiptTransfer = CompliancePolicy.entry.with(receiver: .refuse)

  /// ERC-165, ERC-721 and its metadata.
  static let interfaces = [
    Selector(0x01ff_c9a7), Selector(0x80ac_58cd), Selector(0x5b5e_139f),
  ]

  static let receiptCalls: [CallDeclaration] = [
    CallDeclaration(
      "transferFrom", "Moves a receipt with its position, pending rewards and votes.",
      example: "\(owner) \(receiver) 1", compliance: receiptTransfer, Parameter<Address>("from"),
      Parameter<Address>("to"),
      Parameter<ReceiptID>("tokenId")
    ) { .staking(.transferFrom(TransferFrom(from: $0, to: $1, position: $2))) },
    CallDeclaration(
      "safeTransferFrom", "As transferFrom: every receiver here is an ordinary account.",
      example: "\(owner) \(receiver) 1", compliance: receiptTransfer, Parameter<Address>("from"),
      Parameter<Address>("to"),
      Parameter<ReceiptID>("tokenId")
    ) { .staking(.transferFrom(TransferFrom(from: $0, to: $1, position: $2))) },
    CallDeclaration(
      "safeTransferFrom", "As transferFrom; the data is for contracts and nobody reads it here.",
      example: "\(owner) \(receiver) 1 0x", compliance: receiptTransfer, Parameter<Address>("from"),
      Parameter<Address>("to"),
      Parameter<ReceiptID>("tokenId"), Parameter<[UInt8]>("data")
    ) { (from, to, id, _) in
      .staking(.transferFrom(TransferFrom(from: from, to: to, position: id)))
    },
    CallDeclaration(
      "approve", "Lets an account transfer one receipt; the zero address takes it back.",
      example: "\(receiver) 1", compliance: .entry, Parameter<Address>("to"),
      Parameter<ReceiptID>("tokenId")
    ) { .staking(.approve(Approve(approved: $0, position: $1))) },
    CallDeclaration(
      "setApprovalForAll", "Lets an operator transfer all your receipts, or no longer.",
      example: "\(receiver) true", compliance: .entry, Parameter<Address>("operator"),
      Parameter<Bool>("approved")
    ) { .staking(.setApprovalForAll(SetApprovalForAll(operator: $0, approved: $1))) },
  ]

  static let receiptQueries: [QueryDeclaration] = [
    QueryDeclaration(
      "balanceOf", "How many receipts an account has.", example: owner,
      returns: Parameter<UInt256>("count"), Parameter<Address>("owner")
    ) { (state, owner) throws(Rejection) in
      UInt256(UInt128(try state.receiptCount(of: owner)))
    },
    QueryDeclaration(
      "ownerOf", "Who owns a receipt.", example: "1", returns: Parameter<Address>("owner"),
      Parameter<ReceiptID>("tokenId")
    ) { (state, id) throws(Rejection) in try state.receiptOwner(id) },
    QueryDeclaration(
      "getApproved", "Who may transfer a receipt besides its owner and operators.", example: "1",
      returns: Parameter<Address>("approved"), Parameter<ReceiptID>("tokenId")
    ) { (state, id) throws(Rejection) in try state.receiptApproved(id) },
    QueryDeclaration(
      "isApprovedForAll", "Whether an operator may transfer all receipts of an owner.",
      example: "\(owner) \(receiver)", returns: Parameter<Bool>("approved"),
      Parameter<Address>("owner"), Parameter<Address>("operator")
    ) { (state, owner, account) throws(Rejection) in state.isReceiptOperator(account, of: owner) },
    QueryDeclaration(
      "name", "The receipts' full name.", example: "", returns: Parameter<String>("name")
    ) { (state) throws(Rejection) in state.receiptName() },
    QueryDeclaration(
      "symbol", "The receipts' symbol.", example: "", returns: Parameter<String>("symbol")
    ) { (state) throws(Rejection) in state.receiptSymbol() },
    QueryDeclaration(
      "tokenURI", "A receipt's facts as a data: address of a document.", example: "1",
      returns: Parameter<String>("uri"), Parameter<ReceiptID>("tokenId")
    ) { (state, id) throws(Rejection) in try state.receiptAddress(id) },
    QueryDeclaration(
      "supportsInterface", "Whether the module speaks an interface (ERC-165).",
      example: "0x80ac58cd", returns: Parameter<Bool>("supported"),
      Parameter<Selector>("interfaceId")
    ) { (_, id) throws(Rejection) in interfaces.contains(id) },
  ]

  static let receiptEvents: [EventDeclaration] = [
    EventDeclaration(
      Event.transfer.rawValue, "Transfer",
      "A receipt moved; from the zero address where it begins, to it where it ends.",
      Parameter<Address>("from", indexed: true), Parameter<Address>("to", indexed: true),
      Parameter<ReceiptID>("tokenId", indexed: true)),
    EventDeclaration(
      Event.approval.rawValue, "Approval", "An account may transfer a receipt.",
      Parameter<Address>("owner", indexed: true), Parameter<Address>("approved", indexed: true),
      Parameter<ReceiptID>("tokenId", indexed: true)),
    EventDeclaration(
      Event.approvalForAll.rawValue, "ApprovalForAll",
      "An operator may transfer all receipts of an owner, or no longer.",
      Parameter<Address>("owner", indexed: true), Parameter<Address>("operator", indexed: true),
      Parameter<Bool>("approved")),
  ]
}
