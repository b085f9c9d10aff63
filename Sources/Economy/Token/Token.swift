internal import Primitives

/// The economy's token: ERC-20 over the ledger's own balances (T01 to T03, T08, T09, X01), with
/// permits (EIP-2612) and authorizations (EIP-3009) signed as typed data (EIP-712, EIP-5267).
///
/// **Purpose.** Wallets, exchanges and libraries meet the token at one address and find the ERC-20
/// they know; the same balances, scaled to 18 decimals, are the network's own currency.
///
/// **Life cycle.** The whole supply is posted at genesis, from the zero address to the wallets of
/// the economy file. There is no mint. A burn is a posting to `sink.burned`, the account at the
/// zero address, so `Transfer(holder, 0x0, amount)` says what happened, and `totalSupply()` is what
/// is not burned.
///
/// A holder who sends no transaction signs instead, and anybody brings the signature: a permit sets
/// an allowance and takes the owner's next permit nonce; an authorization moves units once, under
/// its own random nonce, strictly between its two times, and can be canceled before. The domain of
/// what is signed is `name()`, `version()`, the chain id and the token's address.
///
/// **Who may do what.** A holder transfers, approves and burns its own; a spender transfers and
/// burns within the holder's allowance. Whoever brings a holder's signature does what it says and
/// no more; where it must be the payee (`receiveWithAuthorization`), nobody else can be quicker.
/// Nobody else moves anything. Multicall3 is given no allowance: whoever calls it could use it.
/// System accounts (pools, wallets, escrows) receive value only through their modules. What is
/// sent to a blocked account waits in quarantine (`pay`), and the sender's transfer succeeds.
///
/// **Invariants.** The balances of all accounts, burned included, sum to the genesis supply after
/// every operation. An allowance without a holder or of zero has no row. A nonce works once: what
/// is used or canceled stays so for ever.
///
/// **Signatures** have 27 or 28 for v, as USDC's libraries take them (0 and 1, which some wallets
/// write, are refused), and s in the lower half (EIP-2). There are no contracts here, so nobody
/// signs by EIP-1271. What EIP-3009 refuses reverts with USDC's words, which payment software
/// matches on.
///
/// **Worked example** (4 decimals). Alice holds 100.0000 and approves Bob 30.0000. Bob moves
/// 12.5000 to Carol: Alice holds 87.5000, Carol 12.5000, the allowance is 17.5000. Carol burns
/// 2.5000: `totalSupply()` falls by 25,000 units and the zero address holds them for ever. Alice
/// signs an authorization of 5.0000 to Dave; a relayer brings it and pays the fee: Alice holds
/// 82.5000, Dave 5.0000, and the same signature brought again is refused.
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
    case permitExpired = 6
    case permitSigner = 7
    case callerNotPayee = 8
    case notYetValid = 9
    case expired = 10
    case usedOrCanceled = 11
    case invalidSignature = 12
    case exceedsBalance = 13
  }

  /// The token's own events; `Transfer` is the ledger's, emitted for every posting.
  public enum Event: UInt8, CaseIterable, Sendable {
    case approval = 1
    case burn = 2
    case authorizationUsed = 3
    case authorizationCanceled = 4
  }

  /// The version of what is signed (EIP-712): with the name it is the domain's.
  public static let version = "1"

  static func rejection(
    _ code: Code, _ first: Word = .zero, _ second: Word = .zero, _ third: Word = .zero
  ) -> Rejection {
    Rejection(module: number, code: code.rawValue, first, second, third)
  }
}
