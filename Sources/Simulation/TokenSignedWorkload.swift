internal import Cryptography
internal import Economy
internal import Primitives

/// What members sign and others bring: permits, authorizations in both forms, cancellations; with
/// replays, edges of time, forged and malleated signatures, other domains (incidents 6, 18, 19 and
/// 27).
extension TokenWorkload {
  mutating func signed(_ sender: Address, _ model: TokenModel) -> DecodedCall {
    switch generator.below(10) {
    case 0, 1, 2: return decoded(5, .permit(permit(model)))
    case 3: return decoded(10 + half(), .cancel(cancellation()))
    case 4 where !brought.isEmpty:
      let old = brought[generator.below(brought.count)]
      return decoded(place(old.kind), .authorized(old))
    default:
      let new = authorization(sender, model)
      if brought.count < 64 { brought.append(new) } else { brought[generator.below(64)] = new }
      return decoded(place(new.kind), .authorized(new))
    }
  }

  /// The two forms of a call stand side by side.
  private mutating func half() -> UInt8 { UInt8(generator.below(2)) }

  private mutating func place(_ kind: Token.Authorized.Kind) -> UInt8 {
    (kind == .transfer ? 6 : 8) + half()
  }

  private mutating func permit(_ model: TokenModel) -> Token.Permit {
    let owner = member()
    let spender = spender()
    let units = generator.amount(upTo: 1_000_000)
    let amount = generator.chance(oneIn: 6) ? UInt256.max : UInt256(units)
    let deadline = edge(model.now)
    let nonce = model.permitNonce(owner) &+ (generator.chance(oneIn: 12) ? 1 : 0)
    return Token.Permit(
      owner: owner, spender: spender, amount: amount, deadline: deadline,
      signature: signature(
        of: owner,
        [
          Word(TypedData.typeHash(Self.permitType)), Word(owner), Word(spender), Word(amount),
          Word(UInt128(nonce)), Word(deadline),
        ]))
  }

  private mutating func authorization(
    _ sender: Address, _ model: TokenModel
  ) -> Token.Authorized {
    let kind: Token.Authorized.Kind = generator.chance(oneIn: 3) ? .receive : .transfer
    let from = member()
    let to = kind == .receive && !generator.chance(oneIn: 8) ? sender : receiver(sender)
    let amount = UInt256(amount(model.balance(from)))
    let after = generator.chance(oneIn: 6) ? edge(model.now) : .zero
    let before = edge(model.now)
    let nonce = Word(UInt128(generator.next()))
    let type = kind == .transfer ? "TransferWith" : "ReceiveWith"
    return Token.Authorized(
      kind, from: from, to: to, amount: amount, validAfter: after, validBefore: before,
      nonce: nonce,
      signature: signature(
        of: from,
        [
          Word(TypedData.typeHash(type + Self.authorizationType)), Word(from), Word(to),
          Word(amount), Word(after), Word(before), nonce,
        ]))
  }

  /// Of a nonce that nobody has used, or of one that was brought before.
  private mutating func cancellation() -> Token.Cancel {
    let old =
      generator.chance(oneIn: 2) && !brought.isEmpty
      ? brought[generator.below(brought.count)] : nil
    let authorizer = old?.from ?? member()
    let nonce = old?.nonce ?? Word(UInt128(generator.next()))
    return Token.Cancel(
      authorizer: authorizer, nonce: nonce,
      signature: signature(
        of: authorizer, [Word(TypedData.typeHash(Self.cancelType)), Word(authorizer), nonce]))
  }

  /// A second around now, or far away.
  private mutating func edge(_ now: UInt64) -> UInt256 {
    switch generator.below(16) {
    case 0: UInt256(UInt128(now))
    case 1: UInt256(UInt128(now - 1))
    case 2: UInt256(UInt128(now + 1))
    case 3: .max
    default: UInt256(UInt128(now) + 3_600)
    }
  }

  /// As a rule the signer's own in this domain.
  private mutating func signature(of signer: Address, _ words: [Word]) -> Token.SignedWords {
    let hash = Keccak256.hash(words.flatMap(\.bytes))
    let other = generator.chance(oneIn: 40)
    let domain =
      generator.chance(oneIn: 40)
      ? TypedData.domainSeparator(name: "Other", version: Token.version) : domain
    guard let key = keys[other ? member() : signer] else {
      return Token.SignedWords(v: 27, r: .zero, s: .zero)
    }
    let signed = Secp256k1.sign(TypedData.digest(domain: domain, structHash: hash), key)
    switch generator.below(60) {
    case 0: return Token.SignedWords(v: signed.parity, r: signed.r, s: signed.s)
    case 1: return Token.SignedWords(v: 28 - signed.parity, r: signed.r, s: Self.high(signed.s))
    case 2: return Token.SignedWords(v: 27 + signed.parity, r: signed.s, s: signed.r)
    default: return Token.SignedWords(v: 27 + signed.parity, r: signed.r, s: signed.s)
    }
  }

  /// The other s of the same signature (incident 18): the order less s.
  private static func high(_ s: Word) -> Word {
    Word(UInt256(order) - UInt256(s))
  }

  private static let order = Word(
    w0: 0xffff_ffff_ffff_ffff, w1: 0xffff_ffff_ffff_fffe, w2: 0xbaae_dce6_af48_a03b,
    w3: 0xbfd2_5e8c_d036_4141)

  static let permitType =
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
  /// Behind `TransferWith` or `ReceiveWith`.
  static let authorizationType =
    "Authorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,"
    + "bytes32 nonce)"
  static let cancelType = "CancelAuthorization(address authorizer,bytes32 nonce)"
}
