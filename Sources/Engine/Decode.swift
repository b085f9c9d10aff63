public import Cryptography
public import Economy
public import Primitives

/// Bytes as they came, with nothing known about them but their length.
public struct ReceivedTransaction: Sendable {
  public let bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// Why bytes are no transaction for this network; wallets match on the texts, which are geth's
/// where geth has one.
public enum TransactionRefusal: Error, Sendable, Equatable {
  case empty
  case tooLarge(limit: Int)
  case malformed(String)
  case unsupportedType(UInt8)
  case unprotected
  case wrongChain(expected: UInt64, found: UInt64)
  case tipAboveFee
  case nonceExhausted
  case valueTooLarge
  case invalidSignature

  /// What is wrong and how to repair it.
  public var text: String {
    switch self {
    case .empty: "empty transaction: send the signed bytes as 0x-prefixed hex"
    case .tooLarge(let limit): "oversized data: a transaction has at most \(limit) bytes"
    case .malformed(let what): "rlp: \(what)"
    case .unsupportedType(let type):
      "transaction type not supported: \(type) (this network takes types 0, 1 and 2)"
    case .unprotected:
      "only replay-protected (EIP-155) transactions allowed: sign with the chain id"
    case .wrongChain(let expected, let found):
      "invalid chain id for signer: have \(found) want \(expected)"
    case .tipAboveFee: "max priority fee per gas higher than max fee per gas"
    case .nonceExhausted: "nonce has max value"
    case .valueTooLarge: "insufficient funds for gas * price + value: value above 128 bits"
    case .invalidSignature: "invalid transaction v, r, s values"
    }
  }
}

/// The fields of a transaction of type 0, 1 or 2, strictly decoded; the sender is not known yet.
///
/// A class, because pool, block and journal hand it on: half a kilobyte is then copied as a
/// pointer.
public final class DecodedTransaction: Sendable {
  /// As they were received.
  public let bytes: [UInt8]
  /// 0 (legacy, EIP-155), 1 (EIP-2930) or 2 (EIP-1559).
  public let type: UInt8
  public let nonce: UInt64
  /// Wei per gas: the most that is paid, and what is offered above the base (the same for 0 and 1).
  public let maximumPrice: UInt128
  public let tip: UInt128
  public let gasLimit: UInt64
  /// Nil for a contract creation.
  public let to: Address?
  /// Wei.
  public let value: UInt128
  /// Where the call data stands in `bytes`.
  public let data: Range<Int>
  /// Where the encoded access list stands in `bytes`; empty for type 0.
  public let accessList: Range<Int>
  public let signature: Signature
  /// Where the signed fields stand in `bytes`.
  private let signed: Range<Int>
  private let chainID: UInt64
  /// keccak-256 of `bytes`.
  public let hash: Digest
  /// What it asks of which module.
  public let call: DecodedCall

  /// Decodes; touches no state, so it runs on any thread.
  public convenience init(
    _ received: ReceivedTransaction, chainID: UInt64
  ) throws(TransactionRefusal) {
    let bytes = received.bytes
    guard let first = bytes.first else { throw .empty }
    // The type first: a transaction with blobs is too large as well.
    guard first >= 0xc0 || first <= 2 && first != 0 else { throw .unsupportedType(first) }
    guard bytes.count <= Limits.transactionBytes else {
      throw .tooLarge(limit: Limits.transactionBytes)
    }
    let fields: Fields
    do throws(RLPFailure) {
      fields =
        try first >= 0xc0
        ? Fields(legacy: bytes) : Fields(typed: bytes, type: first)
    } catch {
      throw .malformed(error.description)
    }
    try self.init(bytes, fields, chainID: chainID)
  }

  private init(
    _ bytes: [UInt8], _ fields: Fields, chainID: UInt64
  ) throws(TransactionRefusal) {
    if fields.type == 0 && (fields.v == 27 || fields.v == 28) { throw .unprotected }
    // Below 35 there is no chain id in it at all.
    if fields.type == 0 && fields.v < 35 { throw .invalidSignature }
    let found = fields.chainID
    guard found == chainID else { throw .wrongChain(expected: chainID, found: found) }
    guard fields.parity <= 1 else { throw .invalidSignature }
    guard fields.tip <= fields.maximumPrice else { throw .tipAboveFee }
    guard fields.nonce < UInt64.max else { throw .nonceExhausted }
    guard let value = fields.value.number else { throw .valueTooLarge }
    self.bytes = bytes
    type = fields.type
    nonce = fields.nonce
    maximumPrice = fields.maximumPrice
    tip = fields.tip
    gasLimit = fields.gasLimit
    to = fields.to
    self.value = value
    data = fields.data
    accessList = fields.accessList
    signature = Signature(r: fields.r, s: fields.s, parity: UInt8(fields.parity))
    signed = fields.signed
    self.chainID = chainID
    hash = Keccak256.hash(bytes)
    call = Registry.decode(to: fields.to, data: bytes, range: fields.data)
  }

  /// What the sender signed: keccak-256 of the same list without the signature; for type 0 with
  /// (chain id, 0, 0) instead. Computed when asked for, since replay does not need it.
  public var signingHash: Digest {
    var body = RLPWriter(capacity: signed.count + 16)
    body.append(encoded: bytes[signed])
    if type == 0 {
      body.append(integer: UInt128(chainID))
      body.append(integer: UInt128(0))
      body.append(integer: UInt128(0))
    }
    var writer = RLPWriter(capacity: signed.count + 32)
    if type != 0 { writer.append(encoded: [type]) }
    writer.append(list: body)
    return Keccak256.hash(writer.bytes)
  }
}

/// The raw fields, before any of them is judged.
private struct Fields {
  var type: UInt8
  var chainID: UInt64 = 0
  var nonce: UInt64
  var maximumPrice: UInt128
  var tip: UInt128
  var gasLimit: UInt64
  var to: Address?
  var value: Word
  var data: Range<Int>
  var accessList: Range<Int> = 0..<0
  var v: UInt64 = 0
  var parity: UInt64 = 0
  var r: Word
  var s: Word
  /// Where the signed fields stand: from the first field up to the signature.
  var signed: Range<Int>

  /// EIP-155: v = 35 + 2 x chain id + parity.
  init(legacy bytes: [UInt8]) throws(RLPFailure) {
    type = 0
    var outer = RLPReader(bytes)
    var reader = try outer.list()
    try outer.finish()
    let start = reader.offset
    nonce = try reader.integer64()
    maximumPrice = try reader.integer128()
    tip = maximumPrice
    gasLimit = try reader.integer64()
    to = try reader.optionalAddress()
    value = try reader.word()
    data = try reader.bytes()
    signed = start..<reader.offset
    v = try reader.integer64()
    r = try reader.word()
    s = try reader.word()
    try reader.finish()
    if v >= 35 {
      chainID = (v - 35) / 2
      parity = (v - 35) % 2
    } else {
      parity = v == 27 || v == 28 ? v - 27 : 2
    }
  }

  /// EIP-2930 and EIP-1559: type, then the list.
  init(typed bytes: [UInt8], type: UInt8) throws(RLPFailure) {
    self.type = type
    var outer = RLPReader(bytes, 1..<bytes.count)
    var reader = try outer.list()
    try outer.finish()
    let start = reader.offset
    chainID = try reader.integer64()
    nonce = try reader.integer64()
    if type == 2 {
      tip = try reader.integer128()
      maximumPrice = try reader.integer128()
    } else {
      maximumPrice = try reader.integer128()
      tip = maximumPrice
    }
    gasLimit = try reader.integer64()
    to = try reader.optionalAddress()
    value = try reader.word()
    data = try reader.bytes()
    let listStart = reader.offset
    try Self.checkAccessList(try reader.list())
    accessList = listStart..<reader.offset
    signed = start..<reader.offset
    parity = try reader.integer64()
    r = try reader.word()
    s = try reader.word()
    try reader.finish()
  }

  /// An access list names addresses and storage keys; this network charges nothing for it, but
  /// takes only well-formed ones.
  private static func checkAccessList(_ list: RLPReader) throws(RLPFailure) {
    var list = list
    while !list.isAtEnd {
      var entry = try list.list()
      _ = try entry.address()
      var keys = try entry.list()
      while !keys.isAtEnd { _ = try keys.bytes(count: 32) }
      try entry.finish()
    }
  }
}
