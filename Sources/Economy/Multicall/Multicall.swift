internal import Primitives

/// Multicall3 at the address that it has on every chain, for the libraries that look for it there.
///
/// **Purpose.** One request asks many things of one moment: balances, names, states. Libraries send
/// it by themselves, so it answers byte for byte as the contract of that name does, over queries
/// and operations alike, in `eth_call` and in transactions.
///
/// **Life cycle.** None of its own; it remembers the hashes of the last 256 blocks, which
/// `getBlockHash` tells as the EVM's instruction does.
///
/// **Who may do what.** Anybody calls it, and the modules see Multicall3 itself as the sender, here
/// as everywhere. It owns nothing, holds no role and can be given no allowance, so what it may do
/// is what everybody may. Whoever wants to act in its own name uses a batch.
///
/// **Invariants.** A refused call leaves nothing behind; whether the others stand is what each form
/// says. Value comes with `aggregate3Value` alone, must be the sum of the calls' values, and what
/// refused calls would have taken goes back to the sender in the same transaction (the contract
/// keeps it, for whoever comes next). So it holds nothing between transactions.
///
/// **Worked example.** `tryAggregate(false, [balanceOf(alice), transfer(bob, 1)])` returns two
/// results: the first succeeded with a word, the second failed with the data of
/// `ERC20InsufficientBalance(multicall3, 0, 1)`, for it is Multicall3 that would have paid.
public enum Multicall {
  /// The module's number.
  public static let number: UInt8 = 9

  /// Why it refuses, in the order in which its guards run; two with the contract's own words.
  public enum Code: UInt8, CaseIterable, Sendable {
    case tooManyCalls = 1
    case valueMismatch = 2
    case callFailed = 3
    case answerTooLarge = 4
  }

  /// The module's events.
  public enum Event: UInt8, CaseIterable, Sendable {
    case aggregated = 1
  }

  static func rejection(
    _ code: Code, _ first: Word = .zero, _ second: Word = .zero
  ) -> Rejection {
    Rejection(module: number, code: code.rawValue, first, second)
  }
}
