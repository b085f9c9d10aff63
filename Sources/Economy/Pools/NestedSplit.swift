public import Primitives

/// A division of a sum among named payees by weight, one after the other (F1): the first takes `sum
/// × w1 / (w1 + … + wn)`, the next its share of what is left, the last the rest.
///
/// Every part grows or stays as the sum grows, so a split of a cumulative sum never claws back; the
/// parts make up the sum to the unit. Independent rounding has neither property.
public struct NestedSplit<Payee: Equatable & Sendable>: Equatable, Sendable {
  /// A payee and its weight against the others; the unit is free.
  public struct Share: Equatable, Sendable {
    public let payee: Payee
    public let weight: UInt128

    public init(_ payee: Payee, _ weight: UInt128) {
      self.payee = payee
      self.weight = weight
    }
  }

  /// What a payee receives.
  public struct Part: Equatable, Sendable {
    public let payee: Payee
    public let amount: Amount
  }

  /// In the order in which they take; the last keeps every remainder.
  public let shares: [Share]
  /// The sum of the weights.
  public let totalWeight: UInt128

  /// nil where no weight is positive or their sum needs more than 128 bits.
  public init?(_ shares: [Share]) {
    var total: UInt128 = 0
    for share in shares {
      let (sum, overflow) = total.addingReportingOverflow(share.weight)
      if overflow { return nil }
      total = sum
    }
    if total == 0 { return nil }
    self.shares = shares
    totalWeight = total
  }

  /// The parts of `sum` in order. Divisions: down; the last payee keeps the remainder.
  public func parts(of sum: Amount) -> [Part] {
    var left = sum
    var weight = totalWeight
    var parts: [Part] = []
    parts.reserveCapacity(shares.count)
    for share in shares {
      // Without weight also where all of it is taken and nothing is left to divide by. The last
      // with weight has all that is left of it, and takes all that is left.
      let amount =
        share.weight == 0 ? .zero : left.scaled(by: share.weight, over: weight, .down)
      parts.append(Part(payee: share.payee, amount: amount))
      left -= amount
      weight -= share.weight
    }
    return parts
  }

  /// What all shares of one payee receive together.
  public func part(for payee: Payee, of sum: Amount) -> Amount {
    parts(of: sum).reduce(.zero) { $1.payee == payee ? $0 + $1.amount : $0 }
  }
}
