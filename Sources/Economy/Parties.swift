internal import Primitives

/// Whom an operation concerns besides its sender: the matrix asks whether they are blocked.
struct Parties: Hashable, Sendable {
  /// Whom it pays.
  var receiver: Address? = nil
  /// Whom else it names.
  var counterparty: Address? = nil
  /// And whom besides, judged as a counterparty.
  var other: Address? = nil
}

extension EconomyState {
  /// The parties of an operation. There is no default: an operation that is added must say whom it
  /// concerns.
  borrowing func parties(of operation: Operation, to: Address) -> Parties {
    switch operation {
    case .value: Parties(receiver: to)
    case .refused: Parties()
    case .token(let operation): parties(of: operation)
    case .access(let operation): parties(of: operation)
    case .compliance(let operation): parties(of: operation)
    case .parameters(let operation): parties(of: operation)
    case .pools(let operation): parties(of: operation)
    case .vesting(let operation): parties(of: operation)
    case .staking(let operation): parties(of: operation)
    // Each carried call is judged by itself.
    case .batch, .multicall: Parties()
    }
  }

  private borrowing func parties(of operation: Token.Operation) -> Parties {
    switch operation {
    case .transfer(let operation): Parties(receiver: operation.to)
    // Taking an allowance back concerns nobody.
    case .approve(let operation):
      operation.amount == .zero ? Parties() : Parties(counterparty: operation.spender)
    case .transferFrom(let operation):
      Parties(receiver: operation.to, counterparty: operation.from)
    case .burn: Parties()
    case .burnFrom(let operation): Parties(counterparty: operation.from)
    // Taking an allowance back by a signature concerns its owner alone.
    case .permit(let operation):
      Parties(
        counterparty: operation.owner,
        other: operation.amount == .zero ? nil : operation.spender)
    case .authorized(let operation):
      Parties(receiver: operation.to, counterparty: operation.from)
    case .cancel(let operation): Parties(counterparty: operation.authorizer)
    }
  }

  private borrowing func parties(of operation: Access.Operation) -> Parties {
    switch operation {
    case .grant(let operation): Parties(counterparty: operation.account)
    case .revoke(let operation): Parties(counterparty: operation.account)
    case .renounce: Parties()
    case .offer(let operation): Parties(counterparty: operation.to)
    case .withdraw: Parties()
    case .accept(let operation): Parties(counterparty: operation.from)
    }
  }

  private borrowing func parties(of operation: Compliance.Operation) -> Parties {
    switch operation {
    case .pause, .unpause, .setLevel: Parties()
    case .block(let operation): Parties(counterparty: operation.account)
    case .unblock(let operation): Parties(receiver: operation.account)
    case .freeze(let operation): Parties(counterparty: operation.account)
    case .unfreeze(let operation): Parties(counterparty: operation.account)
    }
  }

  private borrowing func parties(of operation: Parameters.Operation) -> Parties { Parties() }

  private borrowing func parties(of operation: Pools.Operation) -> Parties {
    switch operation {
    case .topUp, .payPlatformFee: Parties()
    case .grant(let operation): Parties(receiver: operation.to)
    }
  }

  private borrowing func parties(of operation: Vesting.Operation) -> Parties {
    switch operation {
    case .release(let operation): Parties(receiver: beneficiary(of: operation.grant))
    case .releaseTo(let operation): Parties(receiver: operation.to)
    case .create(let operation): Parties(counterparty: operation.beneficiary)
    case .revoke(let operation): Parties(counterparty: beneficiary(of: operation.grant))
    case .changeBeneficiary(let operation): Parties(counterparty: operation.to)
    case .achieve: Parties()
    }
  }

  private borrowing func parties(of operation: Staking.Operation) -> Parties {
    switch operation {
    case .stake, .setBonusScore, .clearBonusScore, .depositRevenue, .depositFeeShare: Parties()
    case .claim(let operation): Parties(receiver: beneficiary(of: operation.position))
    case .compound(let operation): Parties(receiver: beneficiary(of: operation.position))
    case .unstake(let operation): Parties(receiver: beneficiary(of: operation.position))
    case .exitEarly(let operation): Parties(receiver: beneficiary(of: operation.position))
    case .setBeneficiary(let operation): Parties(counterparty: operation.beneficiary)
    case .setDelegate(let operation): Parties(counterparty: operation.delegate)
    case .transferFrom(let operation):
      Parties(receiver: operation.to, counterparty: operation.from)
    case .approve(let operation): Parties(counterparty: operation.approved)
    // Taking an approval back concerns nobody.
    case .setApprovalForAll(let operation):
      operation.approved ? Parties(counterparty: operation.operator) : Parties()
    }
  }
}
