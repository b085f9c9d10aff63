internal import Primitives

/// The economy's token: ERC-20 over the ledger's own balances (T01 to T03, T08, T09, X01).
///
/// **Purpose.** Wallets, exchanges and libraries meet the token at one address and find the ERC-20
/// they know; the same balances, scaled to 18 decimals, are the network's own currency.
///
/// **Life cycle.** The whole supply is posted at genesis, from the zero address to the wallets of
/// the economy file. There is no mint. A burn is a posting to `sink.burned`, the account at the
/// zero address, so `Transfer(holder, 0x0, amount)` says what happened, and `totalSupply()` is what
/// is not burned.
///
/// **Who may do what.** A holder transfers, approves and burns its own; a spender transfers and
/// burns within the holder's allowance. Nobody else moves anything. System accounts (pools,
/// wallets, escrows) receive value only through their modules. What is sent to a blocked account
/// waits in quarantine (`pay`), and the sender's transfer succeeds.
///
/// **Invariants.** The balances of all accounts, burned included, sum to the genesis supply after
/// every operation. An allowance without a holder or of zero has no row.
///
/// **Worked example** (4 decimals). Alice holds 100.0000 and approves Bob 30.0000. Bob moves
/// 12.5000 to Carol: Alice holds 87.5000, Carol 12.5000, the allowance is 17.5000. Carol burns
/// 2.5000: `totalSupply()` falls by 25,000 units and the zero address holds them for ever.
public enum Token {
  /// The module's number.
  public static let number: UInt8 = 1

  /// Why the token refuses, in the order in which its guards run (ERC-6093).
  public enum Code: UInt8, CaseIterable, Sendable {
    case invalidReceiver = 1
    case invalidSender = 2
    case invalidSpender = 3
    case insufficientAllowance = 4
    case insufficientBalance = 5
  }

  /// The token's own events; `Transfer` is the ledger's, emitted for every posting.
  public enum Event: UInt8, CaseIterable, Sendable {
    case approval = 1
    case burn = 2
  }

  static func rejection(
    _ code: Code, _ first: Word = .zero, _ second: Word = .zero, _ third: Word = .zero
  ) -> Rejection {
    Rejection(module: number, code: code.rawValue, first, second, third)
  }
}
