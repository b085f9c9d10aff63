internal import Cryptography
public import Economy
public import Primitives

extension EconomyDocument {
  /// What the engine needs before the first block.
  /// - Parameter time: when the network starts; the file's own date where nil.
  public func genesis(at time: LogicalTime? = nil) -> Genesis {
    let start = time ?? self.time.genesis
    return Genesis(
      economy: economyID, chainID: network.chainID, time: start,
      token: Genesis.TokenFacts(
        name: token.name, symbol: token.symbol,
        decimals: UInt8(truncatingIfNeeded: token.decimals), supply: token.totalSupply),
      network: Genesis.NetworkRules(
        decimals: UInt8(truncatingIfNeeded: token.decimals),
        blockGasLimit: network.blockGasLimit, baseFee: network.baseFeePerGas,
        gas: network.gas.map { ($0.operation, UInt32(clamping: $0.thousands)) },
        defaultGas: UInt32(clamping: network.defaultGas), feeAccount: network.feeAccount),
      liquidWeights: governance.power.curve == .linear,
      wallets: wallets.map { Genesis.Wallet(name: $0.account, units: $0.amount) },
      flowAccounts: flowAccounts, grants: grants.map(grant),
      parameters: parameters().map(seed), identity: identity(start))
  }

  private func grant(_ grant: Grant) -> Genesis.Grant {
    let to =
      switch grant.to {
      case .named(let name): SystemAddress.account(name)
      case .address(let address): address
      }
    return Genesis.Grant(from: grant.from, to: to, units: grant.amount)
  }

  private func seed(_ parameter: Parameter) -> Genesis.ParameterSeed {
    let place = Genesis.proposalClasses.firstIndex(of: parameter.body.rawValue) ?? 0
    return Genesis.ParameterSeed(
      pointer: parameter.pointer, value: parameter.value, minimum: parameter.minimum,
      maximum: parameter.maximum, maximumStep: parameter.largestStep,
      cooldown: parameter.cooldown, proposalClass: UInt32(truncatingIfNeeded: place))
  }

  /// The network's identity: SHA-256 over the canonical document, the genesis time and the limits.
  /// A node whose limits differ is another network, because it could decide otherwise.
  private func identity(_ start: LogicalTime) -> Digest {
    var bytes = Array(EconomyFile.text(self).utf8)
    start.seconds.appendLittleEndian(to: &bytes)
    bytes.append(contentsOf: Limits.encoded)
    return SHA256.hash(bytes)
  }
}
