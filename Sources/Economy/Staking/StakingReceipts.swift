internal import Ledger
public import Primitives

extension Staking {
  /// A receipt's id, ERC-721's `tokenId`: the position's number. Ids that no position can have are
  /// ids without a position, not faults of encoding.
  public struct ReceiptID: ABIWord, Hashable {
    public let word: Word

    public static var abiType: ABIType { .uint(256) }
    public static var meaning: Meaning { .identifier }

    public init(word: Word) { self.word = word }

    public init(_ number: UInt64) { word = Word(UInt128(number)) }

    /// The position's number; nil where it needs more than 64 bits.
    var number: UInt64? { word.number.flatMap { UInt64(exactly: $0) } }
  }

  /// Moves a receipt, and with it the position, its pending rewards and its votes.
  public struct TransferFrom: Sendable {
    public let from: Address
    public let to: Address
    public let position: ReceiptID
  }

  /// Lets an account transfer one receipt; the zero address takes it back.
  public struct Approve: Sendable {
    public let approved: Address
    public let position: ReceiptID
  }

  /// Lets an operator transfer all the sender's receipts, or no longer.
  public struct SetApprovalForAll: Sendable {
    public let `operator`: Address
    public let approved: Bool
  }
}

extension EconomyState {
  mutating func apply(
    _ operation: Staking.TransferFrom, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let place = try guardPosition(operation.position)
    let row = staking.positions[place]
    guard stakerAddress(row.owner) == operation.from else {
      throw Staking.rejection(
        .incorrectOwner, Word(operation.from), operation.position.word,
        Word(stakerAddress(row.owner)))
    }
    try guardStakingReceiver(operation.to)
    let isApproved = row.approved == sender.row + 1
    guard isApproved || acts(sender, for: AccountIndex(row: row.owner)) else {
      throw Staking.rejection(
        .insufficientApproval, Word(ledger.accounts[sender].address), operation.position.word)
    }
    if operation.to != operation.from { try guardRoom(ledger.accounts.find(operation.to)) }

    // Accepted from here.
    let receiver = ledger.account(operation.to)
    let owner = AccountIndex(row: row.owner)
    if receiver != owner {
      ledger.adjustWeight(owner, rise: .zero, fall: row.principal)
      ledger.adjustWeight(receiver, rise: row.principal, fall: .zero)
      staking.move(place, to: receiver, &ledger.scope)
    }
    staking.modify(place, &ledger.scope) {
      $0.approved = 0
      $0.beneficiary = receiver.row
    }
    reweigh(place)
    emitReceipt(row.number, from: operation.from, to: operation.to)
    return .nothing
  }

  mutating func apply(
    _ operation: Staking.Approve, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let place = try guardPosition(operation.position)
    let owner = staking.positions[place].owner
    guard acts(sender, for: AccountIndex(row: owner)) else {
      throw Staking.rejection(.invalidApprover, Word(ledger.accounts[sender].address))
    }

    // Accepted from here.
    let approved =
      operation.approved == .zero ? 0 : ledger.account(operation.approved).row + 1
    staking.modify(place, &ledger.scope) { $0.approved = approved }
    emitStaking(
      .approval,
      topics: [
        Word(stakerAddress(owner)), Word(operation.approved), operation.position.word,
      ])
    return .nothing
  }

  mutating func apply(
    _ operation: Staking.SetApprovalForAll, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    guard operation.operator != .zero else {
      throw Staking.rejection(.invalidOperator, Word(operation.operator))
    }

    // Accepted from here.
    staking.setOperator(
      ledger.account(operation.operator), of: sender, operation.approved, &ledger.scope)
    emitStaking(
      .approvalForAll,
      topics: [Word(ledger.accounts[sender].address), Word(operation.operator)],
      Word(operation.approved ? 1 : 0))
    return .nothing
  }

  /// True for the owner and its operators.
  private borrowing func acts(_ sender: AccountIndex, for owner: AccountIndex) -> Bool {
    sender == owner || staking.isOperator(sender, of: owner)
  }

  // Guards that the module's operations share

  borrowing func guardPosition(_ id: Staking.ReceiptID) throws(Rejection) -> Int {
    guard let number = id.number, let place = staking.positions.find(number) else {
      throw Staking.rejection(.nonexistentPosition, id.word)
    }
    return place
  }

  /// Nobody holds the key of the zero address, a module or a system account.
  borrowing func guardStakingReceiver(_ receiver: Address) throws(Rejection) {
    let isSystem =
      ledger.accounts.find(receiver).map { ledger.accounts[$0].flags.contains(.system) } ?? false
    guard !isSystem, receiver != .zero, SystemAddress.moduleNumber(receiver) == nil else {
      throw Staking.rejection(.invalidReceiver, Word(receiver))
    }
  }

  borrowing func guardRoom(_ account: AccountIndex?) throws(Rejection) {
    guard let account else { return }
    guard staking.count(of: account) < Limits.accountPositions else {
      throw Staking.rejection(
        .tooManyPositions, Word(ledger.accounts[account].address),
        Word(UInt128(Limits.accountPositions)))
    }
  }

  borrowing func guardStakingFunds(
    _ account: AccountIndex, _ amount: Amount
  ) throws(Rejection) {
    let spendable = ledger.accounts[account].spendable
    guard spendable >= amount else {
      throw Staking.rejection(
        .insufficientBalance, Word(ledger.accounts[account].address), Word(spendable.units),
        Word(amount.units))
    }
  }
}
