internal import Cryptography
internal import Ledger
public import Primitives

extension Token {
  /// Sets an allowance by its owner's signature (EIP-2612).
  public struct Permit: Sendable {
    public let owner: Address
    public let spender: Address
    public let amount: UInt256
    /// The last second at which it works.
    public let deadline: UInt256
    public let signature: SignedWords

    public init(
      owner: Address, spender: Address, amount: UInt256, deadline: UInt256,
      signature: SignedWords
    ) {
      self.owner = owner
      self.spender = spender
      self.amount = amount
      self.deadline = deadline
      self.signature = signature
    }
  }

  /// Moves an owner's units by its signature (EIP-3009).
  public struct Authorized: Sendable {
    /// Who may bring it.
    public enum Kind: Sendable {
      /// Anybody.
      case transfer
      /// The payee alone, so that nobody is quicker.
      case receive
    }

    /// Who may bring it.
    public let kind: Kind
    /// The payer, who signed.
    public let from: Address
    /// The payee.
    public let to: Address
    /// Base units.
    public let amount: UInt256
    /// It works after this second.
    public let validAfter: UInt256
    /// And before this one.
    public let validBefore: UInt256
    public let nonce: Word
    public let signature: SignedWords

    public init(
      _ kind: Kind, from: Address, to: Address, amount: UInt256, validAfter: UInt256,
      validBefore: UInt256, nonce: Word, signature: SignedWords
    ) {
      self.kind = kind
      self.from = from
      self.to = to
      self.amount = amount
      self.validAfter = validAfter
      self.validBefore = validBefore
      self.nonce = nonce
      self.signature = signature
    }
  }

  /// Makes a nonce unusable by the signature of whose it is.
  public struct Cancel: Sendable {
    public let authorizer: Address
    public let nonce: Word
    public let signature: SignedWords

    public init(authorizer: Address, nonce: Word, signature: SignedWords) {
      self.authorizer = authorizer
      self.nonce = nonce
      self.signature = signature
    }
  }

  /// A signature as it came: whether it can be one, recovery says.
  public struct SignedWords: Sendable, Hashable {
    public let r: Word
    public let s: Word
    /// 27 or 28 where it can be a signature.
    public let v: UInt8

    /// The three values that Solidity passes.
    public init(v: UInt8, r: Word, s: Word) {
      self.v = v
      self.r = r
      self.s = s
    }

    /// r ‖ s ‖ v; what has another length is no signature.
    public init(_ bytes: [UInt8]) {
      let isWhole = bytes.count == 65
      r = Word(bytes, at: 0) ?? .zero
      s = Word(bytes, at: 32) ?? .zero
      v = isWhole ? bytes[64] : 0
    }

    /// Who signed a digest; nil where nobody did.
    func signer(of digest: Digest) -> Address? {
      guard v == 27 || v == 28 else { return nil }
      return Secp256k1.recover(
        RecoveryRequest(digest: digest, signature: Signature(r: r, s: s, parity: v - 27)))
    }
  }
}

extension EconomyState {
  mutating func apply(_ operation: Token.Permit) throws(Rejection) -> Returned {
    guard UInt256(UInt128(ledger.time.seconds)) <= operation.deadline else {
      throw Token.rejection(.permitExpired, Word(operation.deadline))
    }
    let digest = typedDigest(
      TokenTypes.permit(
        owner: operation.owner, spender: operation.spender, amount: operation.amount,
        nonce: permitNonce(operation.owner), deadline: operation.deadline))
    let signer = operation.signature.signer(of: digest)
    guard signer == operation.owner else {
      throw Token.rejection(
        .permitSigner, Word(signer ?? .zero), Word(operation.owner))
    }
    try guardSpender(operation.spender)

    // Accepted from here.
    let owner = ledger.account(operation.owner)
    token.advancePermitNonce(owner, &ledger.scope)
    allow(owner, operation.spender, operation.amount)
    return .nothing
  }

  mutating func apply(
    _ operation: Token.Authorized, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    if operation.kind == .receive, ledger.accounts[sender].address != operation.to {
      throw Token.rejection(.callerNotPayee)
    }
    let now = UInt256(UInt128(ledger.time.seconds))
    guard operation.validAfter < now else { throw Token.rejection(.notYetValid) }
    guard now < operation.validBefore else { throw Token.rejection(.expired) }
    try guardAuthorization(
      operation.from, operation.nonce, TokenTypes.authorization(operation), operation.signature)
    let known = try guardReceiver(operation.to)
    let payer = ledger.accounts.find(operation.from)
    let spendable = payer.map { ledger.accounts[$0].spendable } ?? .zero
    guard let units = operation.amount.narrow, units <= spendable.units else {
      throw Token.rejection(.exceedsBalance)
    }

    // Accepted from here.
    let owner = payer ?? ledger.account(operation.from)
    let receiver = known ?? ledger.account(operation.to)
    settle(owner, operation.nonce, .used)
    pay(Amount(units), from: owner, to: receiver)
    return .nothing
  }

  mutating func apply(_ operation: Token.Cancel) throws(Rejection) -> Returned {
    try guardAuthorization(
      operation.authorizer, operation.nonce,
      TokenTypes.cancellation(operation.authorizer, operation.nonce), operation.signature)

    // Accepted from here.
    settle(ledger.account(operation.authorizer), operation.nonce, .canceled)
    return .nothing
  }

  /// Marks a nonce for ever and says so.
  private mutating func settle(
    _ authorizer: AccountIndex, _ nonce: Word, _ state: Token.AuthorizationRow.State
  ) {
    token.settleAuthorization(authorizer, Digest(nonce), state, &ledger.scope)
    let event: Token.Event = state == .used ? .authorizationUsed : .authorizationCanceled
    ledger.events.begin(module: Token.number, code: event.rawValue)
    ledger.events.topic(Word(ledger.accounts[authorizer].address))
    ledger.events.topic(nonce)
  }

  private borrowing func guardAuthorization(
    _ authorizer: Address, _ nonce: Word, _ structHash: Digest, _ signature: Token.SignedWords
  ) throws(Rejection) {
    guard !isAuthorizationSettled(authorizer, nonce) else {
      throw Token.rejection(.usedOrCanceled)
    }
    guard signature.signer(of: typedDigest(structHash)) == authorizer else {
      throw Token.rejection(.invalidSignature)
    }
  }

  /// What is signed of a struct: with the token's domain around it.
  private borrowing func typedDigest(_ structHash: Digest) -> Digest {
    TypedData.digest(domain: domainSeparator(), structHash: structHash)
  }
}

/// The structs that holders sign, word by word (EIP-712).
enum TokenTypes {
  static let permitType = TypedData.typeHash(
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")
  static let transferType = TypedData.typeHash(
    "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,"
      + "uint256 validBefore,bytes32 nonce)")
  static let receiveType = TypedData.typeHash(
    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,"
      + "uint256 validBefore,bytes32 nonce)")
  static let cancelType = TypedData.typeHash(
    "CancelAuthorization(address authorizer,bytes32 nonce)")

  static func permit(
    owner: Address, spender: Address, amount: UInt256, nonce: UInt64, deadline: UInt256
  ) -> Digest {
    TypedData.structHash(
      type: permitType,
      [Word(owner), Word(spender), Word(amount), Word(UInt128(nonce)), Word(deadline)])
  }

  static func authorization(_ operation: Token.Authorized) -> Digest {
    TypedData.structHash(
      type: operation.kind == .transfer ? transferType : receiveType,
      [
        Word(operation.from), Word(operation.to), Word(operation.amount),
        Word(operation.validAfter), Word(operation.validBefore), operation.nonce,
      ])
  }

  static func cancellation(_ authorizer: Address, _ nonce: Word) -> Digest {
    TypedData.structHash(type: cancelType, [Word(authorizer), nonce])
  }
}
