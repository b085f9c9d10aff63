internal import Ledger
public import Primitives

extension EconomyState {
  /// The hash of one of the last 256 blocks before the open one; zero for any other.
  public borrowing func blockHash(_ number: UInt256) -> Digest {
    guard let low = number.narrow, let height = Height(exactly: low),
      MulticallRules.isTold(height, at: ledger.height)
    else { return .zero }
    return multicall.hash(of: height) ?? .zero
  }

  /// The hash of the block before the open one.
  borrowing func lastBlockHash() -> Digest {
    ledger.height == 0 ? .zero : blockHash(UInt256(UInt128(ledger.height - 1)))
  }

  /// What an account holds, in wei.
  borrowing func wei(of address: Address) -> UInt256 {
    // Fits: a supply of 128 bits times at most 10^18.
    UInt256(balance(of: address).units) * genesis.network.weiPerUnit
  }
}
