internal import Ledger
public import Primitives

extension Token {
  /// Everything a member can ask of the token.
  public enum Operation: Sendable {
    case transfer(Transfer)
    case approve(Approve)
    case transferFrom(TransferFrom)
    case burn(Burn)
    case burnFrom(BurnFrom)
    indirect case permit(Permit)
    indirect case authorized(Authorized)
    indirect case cancel(Cancel)
  }

  /// Moves the sender's own units.
  public struct Transfer: Sendable {
    public let to: Address
    public let amount: Amount

    public init(to: Address, amount: Amount) {
      self.to = to
      self.amount = amount
    }
  }

  /// Sets what a spender may move of the sender's units; zero takes it back.
  public struct Approve: Sendable {
    public let spender: Address
    public let amount: UInt256

    public init(spender: Address, amount: UInt256) {
      self.spender = spender
      self.amount = amount
    }
  }

  /// Moves an owner's units within the sender's allowance.
  public struct TransferFrom: Sendable {
    public let from: Address
    public let to: Address
    public let amount: Amount

    public init(from: Address, to: Address, amount: Amount) {
      self.from = from
      self.to = to
      self.amount = amount
    }
  }

  /// Burns the sender's own units.
  public struct Burn: Sendable {
    public let amount: Amount

    public init(amount: Amount) { self.amount = amount }
  }

  /// Burns an owner's units within the sender's allowance.
  public struct BurnFrom: Sendable {
    public let from: Address
    public let amount: Amount

    public init(from: Address, amount: Amount) {
      self.from = from
      self.amount = amount
    }
  }
}

extension EconomyState {
  mutating func apply(
    _ operation: Token.Operation, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    switch operation {
    case .transfer(let operation): try apply(operation, by: sender)
    case .approve(let operation): try apply(operation, by: sender)
    case .transferFrom(let operation): try apply(operation, by: sender)
    case .burn(let operation): try apply(operation, by: sender)
    case .burnFrom(let operation): try apply(operation, by: sender)
    case .permit(let operation): try apply(operation)
    case .authorized(let operation): try apply(operation, by: sender)
    case .cancel(let operation): try apply(operation)
    }
  }

  mutating func apply(
    _ operation: Token.Transfer, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let known = try guardReceiver(operation.to)
    try guardBalance(sender, operation.amount)

    // Accepted from here.
    let receiver = known ?? ledger.account(operation.to)
    pay(operation.amount, from: sender, to: receiver)
    return .success
  }

  mutating func apply(
    _ operation: Token.Approve, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try guardSpender(operation.spender)

    // Accepted from here.
    allow(sender, operation.spender, operation.amount)
    return .success
  }

  mutating func apply(
    _ operation: Token.TransferFrom, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let known = try guardReceiver(operation.to)
    let (holder, rest) = try guardAllowance(operation.from, sender, operation.amount)
    if let holder { try guardBalance(holder, operation.amount) }

    // Accepted from here.
    let owner = holder ?? ledger.account(operation.from)
    let receiver = known ?? ledger.account(operation.to)
    spend(owner, sender, rest)
    pay(operation.amount, from: owner, to: receiver)
    return .success
  }

  mutating func apply(
    _ operation: Token.Burn, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try guardBalance(sender, operation.amount)

    // Accepted from here.
    burn(sender, operation.amount)
    return .nothing
  }

  mutating func apply(
    _ operation: Token.BurnFrom, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let (holder, rest) = try guardAllowance(operation.from, sender, operation.amount)
    if let holder { try guardBalance(holder, operation.amount) }

    // Accepted from here.
    let owner = holder ?? ledger.account(operation.from)
    spend(owner, sender, rest)
    burn(owner, operation.amount)
    return .nothing
  }

  /// Sets an allowance and says so.
  mutating func allow(_ owner: AccountIndex, _ spender: Address, _ amount: UInt256) {
    token.setAllowance(owner, ledger.account(spender), amount, &ledger.scope)
    ledger.events.begin(module: Token.number, code: Token.Event.approval.rawValue)
    ledger.events.topic(Word(ledger.accounts[owner].address))
    ledger.events.topic(Word(spender))
    ledger.events.data(Word(amount))
  }

  private mutating func burn(_ owner: AccountIndex, _ amount: Amount) {
    ledger.post(.token, amount, from: owner, to: .burned)
    ledger.events.begin(module: Token.number, code: Token.Event.burn.rawValue)
    ledger.events.topic(Word(ledger.accounts[owner].address))
    ledger.events.data(Word(amount.units))
  }

  /// A self-allowance needs no row; an unlimited one stays as it is.
  private mutating func spend(_ owner: AccountIndex, _ spender: AccountIndex, _ rest: UInt256) {
    if rest != token.allowance(owner, spender) {
      token.setAllowance(owner, spender, rest, &ledger.scope)
    }
  }

  /// Value sent to the zero address or to an account without a key would be lost by mistake;
  /// burning and funding have operations of their own.
  /// - Returns: the receiver's account, where it has one already.
  borrowing func guardReceiver(
    _ receiver: Address
  ) throws(Rejection) -> AccountIndex? {
    let isModule = SystemAddress.moduleNumber(receiver) != nil
    let account = ledger.accounts.find(receiver)
    let isSystem = account.map { ledger.accounts[$0].flags.contains(.system) } ?? false
    guard !isModule, !isSystem, receiver != .zero else {
      throw Token.rejection(.invalidReceiver, Word(receiver))
    }
    return account
  }

  /// An allowance of Multicall3 would be everybody's: whoever calls it spends as Multicall3.
  borrowing func guardSpender(_ spender: Address) throws(Rejection) {
    guard spender != .zero, spender != SystemAddress.multicall3 else {
      throw Token.rejection(.invalidSpender, Word(spender))
    }
  }

  private borrowing func guardBalance(
    _ owner: AccountIndex, _ amount: Amount
  ) throws(Rejection) {
    let spendable = ledger.accounts[owner].spendable
    guard spendable >= amount else {
      throw Token.rejection(
        .insufficientBalance, Word(ledger.accounts[owner].address), Word(spendable.units),
        Word(amount.units))
    }
  }

  /// The owner's account, where it has one already, and what would be left of the allowance. An
  /// owner without an account has allowed nothing and holds nothing: only zero passes.
  private borrowing func guardAllowance(
    _ from: Address, _ spender: AccountIndex, _ amount: Amount
  ) throws(Rejection) -> (owner: AccountIndex?, rest: UInt256) {
    guard from != .zero else { throw Token.rejection(.invalidSender, Word(from)) }
    let owner = ledger.accounts.find(from)
    let allowance = owner.map { token.allowance($0, spender) } ?? .zero
    guard let rest = TokenRules.remaining(allowance, spending: amount) else {
      throw Token.rejection(
        .insufficientAllowance, Word(ledger.accounts[spender].address), Word(allowance),
        Word(amount.units))
    }
    return (owner, rest)
  }
}
