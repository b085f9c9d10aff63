public import Cryptography
public import Primitives

/// The fields of a transaction of type 2 (EIP-1559) before anybody has signed it.
public struct TransactionDraft: Sendable, Equatable {
  public var chainID: UInt64
  public var nonce: UInt64
  /// Wei per gas offered above the base price.
  public var tip: UInt128
  /// The most wei per gas that is paid.
  public var maximumPrice: UInt128
  public var gasLimit: UInt64
  public var to: Address
  /// Wei.
  public var value: UInt128
  public var data: [UInt8]

  public init(
    chainID: UInt64, nonce: UInt64, tip: UInt128 = 0, maximumPrice: UInt128, gasLimit: UInt64,
    to: Address, value: UInt128 = 0, data: [UInt8] = []
  ) {
    self.chainID = chainID
    self.nonce = nonce
    self.tip = tip
    self.maximumPrice = maximumPrice
    self.gasLimit = gasLimit
    self.to = to
    self.value = value
    self.data = data
  }

  /// What a signer signs.
  public var signingHash: Digest { Keccak256.hash(envelope(fields)) }

  /// The whole transaction, ready for `eth_sendRawTransaction`.
  public func signed(by key: PrivateKey) -> [UInt8] {
    let signature = Secp256k1.sign(signingHash, key)
    var all = fields
    all.append(integer: UInt128(signature.parity))
    all.append(word: signature.r)
    all.append(word: signature.s)
    return envelope(all)
  }

  private var fields: RLPWriter {
    var writer = RLPWriter(capacity: data.count + 128)
    writer.append(integer: UInt128(chainID))
    writer.append(integer: UInt128(nonce))
    writer.append(integer: tip)
    writer.append(integer: maximumPrice)
    writer.append(integer: UInt128(gasLimit))
    writer.append(address: to)
    writer.append(integer: value)
    writer.append(bytes: data)
    writer.list { _ in }
    return writer
  }

  /// The type's byte and the list of the items.
  private func envelope(_ items: RLPWriter) -> [UInt8] {
    var writer = RLPWriter(capacity: items.bytes.count + 8)
    writer.append(encoded: [2])
    writer.append(list: items)
    return writer.bytes
  }
}
