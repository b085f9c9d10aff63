public import Primitives

/// What a transaction asks, decoded and authenticated; execution needs nothing else of it.
public struct TransactionCall: Sendable {
  public let sender: Address
  public let nonce: UInt64
  public let gasLimit: UInt64
  /// The most that the sender pays, in wei per gas.
  public let maximumPrice: UInt128
  /// What the sender offers above the base price, in wei per gas; for type 0 and 1 the price
  /// itself.
  public let tip: UInt128
  public let to: Address
  /// In wei; a whole number of units.
  public let value: UInt128
  public let call: DecodedCall

  public init(
    sender: Address, nonce: UInt64, gasLimit: UInt64, maximumPrice: UInt128, tip: UInt128,
    to: Address, value: UInt128, call: DecodedCall
  ) {
    self.sender = sender
    self.nonce = nonce
    self.gasLimit = gasLimit
    self.maximumPrice = maximumPrice
    self.tip = tip
    self.to = to
    self.value = value
    self.call = call
  }
}

/// An operation with its place in the declarations, which decides its gas.
public struct DecodedCall: Sendable {
  /// The module's number; 0 for a plain value transfer and for what nobody understands.
  public let module: UInt8
  /// The call's place in its module's declaration.
  public let place: UInt8
  public let operation: Operation

  public init(module: UInt8, place: UInt8, operation: Operation) {
    self.module = module
    self.place = place
    self.operation = operation
  }
}

extension DecodedCall {
  /// Whom a plain payment pays, by the token's `transfer` or by value; nil for all else. A hint for
  /// `EconomyState.foresee`.
  /// - Parameter to: where the transaction goes.
  public func payee(to: Address) -> Address? {
    switch operation {
    case .value: to
    case .token(.transfer(let transfer)): transfer.to
    default: nil
    }
  }
}

/// Why a transaction cannot be part of a block at all: it takes no nonce and no fee.
public enum TransactionFault: Sendable, Hashable {
  case nonceTooLow(expected: UInt64)
  case nonceTooHigh(expected: UInt64)
  /// The price is below the base price, in wei per gas.
  case underpriced(base: UInt128)
  /// Below the 21,000 gas that any transaction uses.
  case intrinsicGas(needed: UInt64)
  case exceedsBlockGas(limit: UInt64)
  /// The balance does not cover gas limit x price + value; both in wei.
  case insufficientFunds(has: UInt256, needs: UInt256)
  /// A value that is no whole number of units; what one unit is, in wei.
  case fractionalValue(weiPerUnit: UInt128)
}

/// What an operation answers its caller.
public enum Returned: Sendable, Hashable {
  case nothing
  case word(Word)
  /// Several values, or values of dynamic size, encoded.
  case bytes([UInt8])

  /// The answer as Solidity encodes it.
  public var data: [UInt8] {
    switch self {
    case .nothing: []
    case .word(let word): word.bytes
    case .bytes(let bytes): bytes
    }
  }

  /// Solidity's `true`.
  public static let success = Returned.word(Word(1 as UInt128))
}

/// What became of a transaction.
public struct Outcome: Sendable {
  /// The three ends of a transaction.
  public enum Status: Sendable, Hashable {
    case success(Returned)
    /// Refused by a guard: the nonce and the fee are taken, nothing else changed.
    case rejected(Rejection)
    /// No part of any block.
    case invalid(TransactionFault)
  }

  /// How it ended.
  public let status: Status
  /// Gas that the fee pays for, a multiple of 1,000.
  public let gasUsed: UInt64
  /// Wei per gas, a multiple of the price quantum.
  public let effectivePrice: UInt128
  /// Base units; gasUsed x effectivePrice exactly.
  public let fee: Amount
  /// The transaction's records in the block's event log.
  public let events: Range<Int>

  /// True where the operation took effect.
  public var isSuccess: Bool {
    if case .success = status { true } else { false }
  }
}
