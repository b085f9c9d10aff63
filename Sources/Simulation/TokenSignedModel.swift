internal import Cryptography
internal import Economy
internal import Primitives

/// What members sign, once more: bytes put together by hand, a set of nonces. Of the engine's code
/// it uses the hash and the curve alone.
extension TokenModel {
  func permitNonce(_ owner: Address) -> UInt64 { permits[owner] ?? 0 }

  mutating func permit(_ one: Token.Permit) -> Bool {
    let nonce = permitNonce(one.owner)
    guard Word(one.deadline).bytes.lexicographicallyPrecedes(second(now)) == false,
      signer(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)",
        [
          padded(one.owner), padded(one.spender), Word(one.amount).bytes, second(nonce),
          Word(one.deadline).bytes,
        ], one.signature) == one.owner, maySpend(one.spender)
    else { return false }
    permits[one.owner] = nonce + 1
    allowances[Pair(owner: one.owner, spender: one.spender)] = one.amount
    return true
  }

  mutating func authorized(_ one: Token.Authorized, by sender: Address) -> Bool {
    let type = one.kind == .transfer ? "TransferWithAuthorization" : "ReceiveWithAuthorization"
    let members = "(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore"
    guard one.kind == .transfer || sender == one.to,
      Word(one.validAfter).bytes.lexicographicallyPrecedes(second(now)),
      second(now).lexicographicallyPrecedes(Word(one.validBefore).bytes),
      !settled.contains(one.from.bytes + one.nonce.bytes),
      signer(
        type + members + ",bytes32 nonce)",
        [
          padded(one.from), padded(one.to), Word(one.amount).bytes, Word(one.validAfter).bytes,
          Word(one.validBefore).bytes, one.nonce.bytes,
        ], one.signature) == one.from,
      mayReceive(one.to), one.amount.high == 0,
      move(one.amount.low, from: one.from, to: one.to)
    else { return false }
    settled.insert(one.from.bytes + one.nonce.bytes)
    return true
  }

  mutating func cancel(_ one: Token.Cancel) -> Bool {
    guard !settled.contains(one.authorizer.bytes + one.nonce.bytes),
      signer(
        "CancelAuthorization(address authorizer,bytes32 nonce)",
        [padded(one.authorizer), one.nonce.bytes], one.signature) == one.authorizer
    else { return false }
    settled.insert(one.authorizer.bytes + one.nonce.bytes)
    return true
  }

  private func padded(_ address: Address) -> [UInt8] {
    [UInt8](repeating: 0, count: 12) + address.bytes
  }

  private func second(_ number: UInt64) -> [UInt8] {
    [UInt8](repeating: 0, count: 24) + (0..<8).map { UInt8(number >> (56 - 8 * $0) & 0xff) }
  }

  /// Whoever signed the struct in the token's domain.
  private func signer(
    _ type: String, _ members: [[UInt8]], _ signature: Token.SignedWords
  ) -> Address? {
    let domainType =
      "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    let token = SystemAddress.module(1)
    let separator = Keccak256.hash(
      Keccak256.hash(domainType).bytes + Keccak256.hash(domain.name).bytes
        + Keccak256.hash("1").bytes + second(domain.chainID) + padded(token))
    let digest = Keccak256.hash(
      [0x19, 0x01] + separator.bytes
        + Keccak256.hash(Keccak256.hash(type).bytes + members.flatMap { $0 }).bytes)
    guard let parity = [27: 0, 28: 1][Int(signature.v)] else { return nil }
    return Secp256k1.recover(
      RecoveryRequest(
        digest: digest,
        signature: Signature(r: signature.r, s: signature.s, parity: UInt8(parity))))
  }
}
