internal import Primitives

/// Many calls under one signature, all or nothing (decisions 28).
///
/// **Purpose.** Who wants several things wants all of them or none: approve and stake, pay three
/// people, claim and pay on. One transaction carries the calls; the modules see the signer as the
/// sender of each, as if it had sent them one by one.
///
/// **Life cycle.** None: a batch is over when its transaction is, and nothing is remembered.
///
/// **Who may do what.** Anybody, in its own name: each call passes pause, block list, roles and the
/// module's own guards as ever, so a batch gives no power that its signer does not have.
///
/// **Invariants.** A batch changes everything that its calls change, or nothing but the signer's
/// nonce and fee. Its value is the sum of its calls' values, to the wei. Its gas is its own and its
/// calls'. No batch or multicall stands inside another.
///
/// **Worked example.** Alice sends a batch of 30,000 gas of its own with two transfers of 35,000
/// each, 5.0000 to Bob and 7.0000 to Carol: 100,000 gas, one nonce, and the Transfers of the fee
/// and of both. If she holds 11.0000 the second is refused: neither Bob nor Carol gets anything,
/// and the revert is `CallFailed(1, ERC20InsufficientBalance(…))`.
public enum Batch {
  /// The module's number.
  public static let number: UInt8 = 8

  /// Why a batch is refused, in the order in which its guards run. `callFailed` is what every
  /// refusal of a carried call looks like from outside: its place, and what refused it.
  public enum Code: UInt8, CaseIterable, Sendable {
    case empty = 1
    case tooManyCalls = 2
    case valueMismatch = 3
    case callFailed = 4
    case answerTooLarge = 5
  }

  /// The module's events.
  public enum Event: UInt8, CaseIterable, Sendable {
    case executed = 1
  }

  static func rejection(
    _ code: Code, _ first: Word = .zero, _ second: Word = .zero
  ) -> Rejection {
    Rejection(module: number, code: code.rawValue, first, second)
  }
}
