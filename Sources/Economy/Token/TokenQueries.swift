internal import Ledger
public import Primitives

extension EconomyState {
  /// The supply that is not burned, in base units.
  public borrowing func totalSupply() -> Amount {
    TokenRules.circulating(
      supply: ledger.rules.supply, burned: ledger.accounts[.burned].balance)
  }

  /// What an address holds, in base units.
  public borrowing func balance(of address: Address) -> Amount {
    ledger.accounts.find(address).map { ledger.accounts[$0].balance } ?? .zero
  }

  /// What `spender` may still move of `owner`'s balance, in base units.
  public borrowing func allowance(_ owner: Address, _ spender: Address) -> UInt256 {
    guard let owner = ledger.accounts.find(owner), let spender = ledger.accounts.find(spender)
    else { return .zero }
    return token.allowance(owner, spender)
  }
}
