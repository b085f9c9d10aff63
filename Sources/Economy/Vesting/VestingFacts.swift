public import Primitives

extension Vesting {
  /// A grant as queries answer it.
  public struct Facts: ABIRecord, Hashable {
    /// The account that holds the units.
    public let wallet: Address
    /// Zero where votes spend the grant.
    public let beneficiary: Address
    /// Zero for a wallet of the economy file.
    public let grantor: Address
    public let total: Amount
    public let released: Amount
    /// 1 lock then linear, 2 inside linear, 3 milestone capped, 4 plan by votes, 5 yearly share by
    /// votes, 6 immediate with a limit a day.
    public let kind: UInt8
    public let start: LogicalTime
    public let lock: Seconds
    /// 0 where no line is followed.
    public let duration: Seconds
    public let isRevocable: Bool
    /// 0 where it was not revoked.
    public let revokedAt: LogicalTime

    /// The tuple's fields in order.
    public static let fields = [
      ABIField("wallet", Address.self), ABIField("beneficiary", Address.self),
      ABIField("grantor", Address.self), ABIField("total", Amount.self),
      ABIField("released", Amount.self), ABIField("kind", UInt8.self),
      ABIField("start", LogicalTime.self), ABIField("lock", Seconds.self),
      ABIField("duration", Seconds.self), ABIField("revocable", Bool.self),
      ABIField("revokedAt", LogicalTime.self),
    ]

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      wallet = try .decode(&reader)
      beneficiary = try .decode(&reader)
      grantor = try .decode(&reader)
      total = try .decode(&reader)
      released = try .decode(&reader)
      kind = try .decode(&reader)
      start = try .decode(&reader)
      lock = try .decode(&reader)
      duration = try .decode(&reader)
      isRevocable = try .decode(&reader)
      revokedAt = try .decode(&reader)
    }

    init(
      wallet: Address, beneficiary: Address, grantor: Address, total: Amount, released: Amount,
      kind: UInt8, start: LogicalTime, lock: Seconds, duration: Seconds, isRevocable: Bool,
      revokedAt: LogicalTime
    ) {
      self.wallet = wallet
      self.beneficiary = beneficiary
      self.grantor = grantor
      self.total = total
      self.released = released
      self.kind = kind
      self.start = start
      self.lock = lock
      self.duration = duration
      self.isRevocable = isRevocable
      self.revokedAt = revokedAt
    }

    public func encodeFields(into writer: inout ABIWriter) {
      wallet.encode(into: &writer)
      beneficiary.encode(into: &writer)
      grantor.encode(into: &writer)
      total.encode(into: &writer)
      released.encode(into: &writer)
      kind.encode(into: &writer)
      start.encode(into: &writer)
      lock.encode(into: &writer)
      duration.encode(into: &writer)
      isRevocable.encode(into: &writer)
      revokedAt.encode(into: &writer)
    }
  }

  /// A milestone as queries answer it.
  public struct MilestoneFacts: ABIRecord, Hashable {
    public let name: String
    /// What it burns out of the escrow.
    public let burn: Amount
    /// What it adds to what the foundation's wallets have unlocked.
    public let unlock: Amount
    /// 0 where it is still ahead.
    public let achievedAt: LogicalTime
    public let burned: Amount

    /// The tuple's fields in order.
    public static let fields = [
      ABIField("name", String.self), ABIField("burn", Amount.self),
      ABIField("unlock", Amount.self), ABIField("achievedAt", LogicalTime.self),
      ABIField("burned", Amount.self),
    ]

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      name = try .decode(&reader)
      burn = try .decode(&reader)
      unlock = try .decode(&reader)
      achievedAt = try .decode(&reader)
      burned = try .decode(&reader)
    }

    init(name: String, burn: Amount, unlock: Amount, achievedAt: LogicalTime, burned: Amount) {
      self.name = name
      self.burn = burn
      self.unlock = unlock
      self.achievedAt = achievedAt
      self.burned = burned
    }

    public func encodeFields(into writer: inout ABIWriter) {
      name.encode(into: &writer)
      burn.encode(into: &writer)
      unlock.encode(into: &writer)
      achievedAt.encode(into: &writer)
      burned.encode(into: &writer)
    }
  }

  /// A year's releases as queries answer them.
  public struct YearFacts: ABIRecord, Hashable {
    /// Of wallets under the ceiling, milestones' burns included.
    public let governed: Amount
    /// Of all other grants.
    public let free: Amount
    /// Of wallets under the ceiling in this year and all before.
    public let governedSoFar: Amount
    /// What `governedSoFar` may come to; the largest number where there is no ceiling.
    public let ceiling: Amount

    /// The tuple's fields in order.
    public static let fields = [
      ABIField("governed", Amount.self), ABIField("free", Amount.self),
      ABIField("governedSoFar", Amount.self), ABIField("ceiling", Amount.self),
    ]

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      governed = try .decode(&reader)
      free = try .decode(&reader)
      governedSoFar = try .decode(&reader)
      ceiling = try .decode(&reader)
    }

    init(governed: Amount, free: Amount, governedSoFar: Amount, ceiling: Amount) {
      self.governed = governed
      self.free = free
      self.governedSoFar = governedSoFar
      self.ceiling = ceiling
    }

    public func encodeFields(into writer: inout ABIWriter) {
      governed.encode(into: &writer)
      free.encode(into: &writer)
      governedSoFar.encode(into: &writer)
      ceiling.encode(into: &writer)
    }
  }
}
