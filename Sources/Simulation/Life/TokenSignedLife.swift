internal import Cryptography
internal import Economy
internal import Primitives

/// Members who sign and others who bring it: permits, authorizations, cancellations, each brought
/// once more, which must never work.
extension TokenWorkload {
  mutating func signedStep(_ relayer: Address, _ world: inout World) {
    switch world.generator.below(8) {
    case 0, 1: permitStep(relayer, &world)
    case 2: cancelStep(relayer, &world)
    case 3, 4: authorizedStep("receiveWithAuthorization", relayer, &world)
    default: authorizedStep("transferWithAuthorization", relayer, &world)
    }
  }

  private mutating func permitStep(_ relayer: Address, _ world: inout World) {
    let owner = world.member()
    let spender = world.member()
    let units = world.generator.amount(upTo: 1_000)
    let deadline = UInt128(world.now) + 60
    let nonce = world.ask(Token.number, "nonces", .account(owner))?.first?.number ?? 0
    let words = [Word(owner), Word(spender), Word(units), Word(nonce), Word(deadline)]
    guard let signature = world.signature(of: owner, type: Self.permitType, words) else { return }
    bring(
      "permit",
      [.account(owner), .account(spender), ABITree(units), ABITree(deadline)]
        + Self.parts(signature), again: "ERC2612InvalidSigner", by: relayer, &world)
  }

  private mutating func authorizedStep(
    _ name: String, _ relayer: Address, _ world: inout World
  ) {
    let payer = world.member()
    let payee = name.hasPrefix("receive") ? relayer : world.member()
    let units = world.part(of: world.spendable(payer) / 64)
    let before = UInt128(world.now) + 60
    let nonce = Word(UInt128(world.generator.next()))
    let words = [Word(payer), Word(payee), Word(units), .zero, Word(before), nonce]
    let type = name.hasPrefix("receive") ? "ReceiveWith" : "TransferWith"
    guard
      let signature = world.signature(of: payer, type: type + Self.authorizationType, words)
    else { return }
    let terms: [ABITree] = [
      .account(payer), .account(payee), ABITree(units), ABITree(0), ABITree(before),
      .bytes(nonce.bytes),
    ]
    let isWhole = world.generator.chance(oneIn: 2)
    bring(
      name, terms + (isWhole ? [.bytes(signature.bytes)] : Self.parts(signature)),
      again: "AuthorizationUsedOrCanceled", by: relayer, &world)
  }

  private mutating func cancelStep(_ relayer: Address, _ world: inout World) {
    let authorizer = world.member()
    let nonce = Word(UInt128(world.generator.next()))
    guard
      let signature = world.signature(
        of: authorizer, type: Self.cancelType, [Word(authorizer), nonce])
    else { return }
    let isWhole = world.generator.chance(oneIn: 2)
    bring(
      "cancelAuthorization",
      [.account(authorizer), .bytes(nonce.bytes)]
        + (isWhole ? [.bytes(signature.bytes)] : Self.parts(signature)),
      again: "AuthorizationUsedOrCanceled", by: relayer, &world)
  }

  /// Sends it twice: what worked once must not work again, for that reason.
  private mutating func bring(
    _ name: String, _ arguments: [ABITree], again: String, by relayer: Address,
    _ world: inout World
  ) {
    let call = Surface.call(Token.number, name, arguments)
    guard world.send(Token.number, name, arguments, by: relayer).isSuccess else { return }
    guard world.generator.chance(oneIn: 2) else { return }
    let reply = world.send(Token.number, name, arguments, by: relayer)
    let refused = reply.rejection.map(Surface.name)
    if reply.isSuccess || refused != nil && refused != again {
      faults.append(
        "\(Self.signature(call)) came again and met \(refused ?? "success"), not \(again)")
    }
  }

  private static func signature(_ call: DecodedCall) -> String {
    Token.declaration.calls[Int(call.place)].signature
  }

  private static func parts(_ signature: Signature) -> [ABITree] {
    [
      ABITree(UInt128(27 + signature.parity)), .bytes(signature.r.bytes),
      .bytes(signature.s.bytes),
    ]
  }
}
