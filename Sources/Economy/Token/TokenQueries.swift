internal import Cryptography
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

  /// How many permits of an owner have worked: the nonce of its next one.
  public borrowing func permitNonce(_ owner: Address) -> UInt64 {
    ledger.accounts.find(owner).map { token.permitNonce($0) } ?? 0
  }

  /// True where an authorizer's nonce was used or canceled.
  public borrowing func isAuthorizationSettled(_ authorizer: Address, _ nonce: Word) -> Bool {
    guard let account = ledger.accounts.find(authorizer) else { return false }
    return token.authorization(account, Digest(nonce)) != nil
  }

  /// The domain of what holders sign: the token's name, its version, the chain and the token.
  public borrowing func domainSeparator() -> Digest {
    TypedData.domainSeparator(
      name: genesis.token.name, version: Token.version, chainID: genesis.chainID,
      contract: SystemAddress.module(Token.number))
  }

  /// The same in its parts (EIP-5267).
  borrowing func domain() -> Token.Domain {
    Token.Domain(name: genesis.token.name, chainID: genesis.chainID)
  }
}
